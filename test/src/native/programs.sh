# To be sourced: compiles the native kernels without the glue and every *_test.cc, and runs the tests.
root=$(cd "$(dirname "$0")/../../.." && pwd)

# run_programs COMPILER FLAGS SETS [RUNNER]: for each instruction set, which OTLEARN_ISA names; a runner is a command before a
# program. As many compilers and programs at a time as there are processors.
run_programs() {
  (
    cd "$root"
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    jobs=$(getconf _NPROCESSORS_ONLN)
    flags="-std=c++17 -Wall -Wextra -Werror -Wno-psabi -fno-math-errno -fno-trapping-math -pthread -Isrc/native/cpp $2"
    # the longest first
    sources=$(find src/native/cpp -name '*.cc' ! -path '*/glue/*' | sort)
    { echo "$sources" | grep engine; echo "$sources" | grep -v engine; ls test/src/native/*_test.cc; } |
      xargs -P "$jobs" -I{} sh -c "$1 $flags -c {} -o $build/\$(echo {} | tr / _).o"
    objects=$(find "$build" -name 'src_native_*.o')
    for test in test/src/native/*_test.cc; do basename "$test" .cc; done |
      xargs -P "$jobs" -I{} sh -c "$1 $flags $build/test_src_native_{}.cc.o $(echo $objects) -o $build/{}"
    for isa in $3; do
      for test in test/src/native/*_test.cc; do
        echo "OTLEARN_ISA=$isa OTLEARN_THREADS=4 ${4:-} $build/$(basename "$test" .cc)"
      done
    done | xargs -P "$jobs" -I{} sh -c "{} > $build/log.\$\$ 2>&1; status=\$?; cat $build/log.\$\$; exit \$status"
  )
}

# Compiles each header alone: it includes what it uses. Two of them are there to be included in a certain place.
check_headers() {
  (
    cd "$root"
    find src/native/cpp -name '*.h' ! -path '*/glue/*' ! -name each_set.h ! -name select.h |
      xargs -P "$(getconf _NPROCESSORS_ONLN)" -I{} "$1" -std=c++17 -Wall -Wextra -Werror -Wno-psabi -Wno-unused-function \
        -Isrc/native/cpp -fsyntax-only -include {} -x c++ /dev/null
  )
}
