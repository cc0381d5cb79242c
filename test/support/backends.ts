import { existsSync } from "node:fs";
import "./plain-backend.ts";
import { probeBackends } from "../../src/tensor/backend.ts";

/** Where Chromium's package keeps a software Vulkan driver, enough for small shapes. */
const SOFTWARE_VULKAN = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (!process.env["VK_DRIVER_FILES"] && existsSync(SOFTWARE_VULKAN)) process.env["VK_DRIVER_FILES"] = SOFTWARE_VULKAN;

const reports = await probeBackends();

/** The backends that work on this machine: `describe.each(backends)`. */
export const backends = reports.filter(({ available }) => available).map(({ name }) => name);
