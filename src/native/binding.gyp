{
  "targets": [
    {
      "target_name": "otlearn_native",
      "sources": [
        "cpp/addon.cc",
        "cpp/barycenter_plan.cc",
        "cpp/dispatch.cc",
        "cpp/glue_barycenter.cc",
        "cpp/glue_matmul.cc",
        "cpp/glue_pairs.cc",
        "cpp/isa_avx2.cc",
        "cpp/isa_avx512.cc",
        "cpp/isa_plain.cc",
        "cpp/matmul.cc",
        "cpp/pairs_plan.cc",
        "cpp/thread_pool.cc",
      ],
      "cflags": ["-O3", "-Wall", "-Wextra", "-Wno-psabi", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden"],
      "cflags!": ["-O2"],
      "cflags_cc": ["-std=c++17", "-fexceptions"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "OTHER_CPLUSPLUSFLAGS": ["-fno-math-errno", "-fno-trapping-math"],
      },
    },
  ],
}
