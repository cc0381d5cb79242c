import { kernelLimits } from "../limits.ts";
import type { Domain } from "./domains.ts";

// Where a workgroup has what it keeps of each column between iterations: in its own memory where the largest support fits, else
// in a buffer, a piece for each workgroup. The kernels are the same over either.

export type Place = "workgroup" | "buffer";

/** Numbers that a column takes: its scaling, the sum before, and the sum. */
const NUMBERS_PER_COLUMN: Readonly<Record<Domain, number>> = { scaling: 3, log: 4 };

/** Bytes that the kernels take of a workgroup's memory for each invocation: sums of lanes, a part of a total, rows of a block. */
const BYTES_PER_INVOCATION: Readonly<Record<Domain, number>> = { scaling: 16 + 4 + 2, log: 32 + 4 + 2 };
/** And beside them: a lane's stride, branches of a total. */
const BYTES_BESIDE = 256;

/** Supports of up to so many bins share a pipeline with others like them. */
const CAPACITY_STEP = 128;

export interface ColumnStorage {
  readonly place: Place;
  /** Columns that there is room for. */
  readonly capacity: number;
  /** Invocations of a workgroup. */
  readonly width: number;
  /** Bytes of a buffer that a workgroup takes. */
  readonly bufferBytes: number;
}

/** Room for supports of at most `most` bins. */
export function columnStorage(most: number, domain: Domain): ColumnStorage {
  const limits = kernelLimits();
  const width = Math.min(limits.maxComputeInvocationsPerWorkgroup, most <= 64 ? 64 : most <= 128 ? 128 : 256);
  const capacity = CAPACITY_STEP * Math.ceil(most / CAPACITY_STEP);
  const bytes = 4 * NUMBERS_PER_COLUMN[domain] * capacity;
  const beside = BYTES_PER_INVOCATION[domain] * width + BYTES_BESIDE;
  const fits = bytes + beside <= limits.maxComputeWorkgroupStorageSize;
  return { place: fits ? "workgroup" : "buffer", capacity, width, bufferBytes: fits ? 0 : bytes };
}

const WORKGROUP = /* wgsl */ `
var<workgroup> scalings: array<f32, CAPACITY>;
var<workgroup> sums_before: array<f32, CAPACITY>;
var<workgroup> sums: array<Sum, CAPACITY>;
fn find_columns(workgroup: u32) {}
fn scaling_at(c: u32) -> f32 { return scalings[c]; }
fn set_scaling(c: u32, scaling: f32) { scalings[c] = scaling; }
fn sum_before(c: u32) -> f32 { return sums_before[c]; }
fn set_sum_before(c: u32, sum: f32) { sums_before[c] = sum; }
fn sum_at(c: u32) -> Sum { return sums[c]; }
fn set_sum(c: u32, sum: Sum) { sums[c] = sum; }
fn synchronize() { workgroupBarrier(); }
`;

const bufferStorage = (binding: number): string => /* wgsl */ `
struct Column { scaling: f32, sum_before: f32, sum: Sum }
@group(0) @binding(${binding}) var<storage, read_write> columns: array<Column>;
var<private> first_column: u32;
fn find_columns(workgroup: u32) { first_column = workgroup * CAPACITY; }
fn scaling_at(c: u32) -> f32 { return columns[first_column + c].scaling; }
fn set_scaling(c: u32, scaling: f32) { columns[first_column + c].scaling = scaling; }
fn sum_before(c: u32) -> f32 { return columns[first_column + c].sum_before; }
fn set_sum_before(c: u32, sum: f32) { columns[first_column + c].sum_before = sum; }
fn sum_at(c: u32) -> Sum { return columns[first_column + c].sum; }
fn set_sum(c: u32, sum: Sum) { columns[first_column + c].sum = sum; }
fn synchronize() { storageBarrier(); workgroupBarrier(); }
`;

/** The functions of a place; a buffer's is the given binding. */
export function columnFunctions(place: Place, binding: number): string {
  return `override CAPACITY: u32;\n${place === "workgroup" ? WORKGROUP : bufferStorage(binding)}`;
}
