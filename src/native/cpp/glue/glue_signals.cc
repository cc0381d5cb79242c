// A second Ctrl-C ends the process at once, although the main thread is inside a kernel and no listener of Node's can run.
#include "glue/glue.h"

#ifndef _WIN32
#include <signal.h>

#include <atomic>
#endif

namespace otlearn {
namespace {

#ifdef _WIN32  // has no signals that a process could end itself with

void watch(const Napi::CallbackInfo&) {}
void unwatch(const Napi::CallbackInfo&) {}

#else

constexpr int kMostSignals = 65;

struct sigaction previous[kMostSignals];  // of libuv, which wakes Node's listeners
bool watched[kMostSignals];
std::atomic<bool> arrived;  // any of them
static_assert(std::atomic<bool>::is_always_lock_free, "used in a signal handler");

void on_signal(int number, siginfo_t* details, void* context) {
  const struct sigaction& before = previous[number];
  if (!arrived.exchange(true) && before.sa_handler != SIG_DFL) {
    if (before.sa_flags & SA_SIGINFO) {
      before.sa_sigaction(number, details, context);
    } else if (before.sa_handler != SIG_IGN) {
      before.sa_handler(number);
    }
    return;
  }
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  sigaction(number, &by_default, nullptr);
  raise(number);  // is blocked until this handler returns
}

// Unless somebody else has taken the signal since.
void restore(int number) {
  struct sigaction now = {};
  sigaction(number, nullptr, &now);
  if (watched[number] && now.sa_sigaction == on_signal) sigaction(number, &previous[number], nullptr);
  watched[number] = false;
}

// watchSignals(numbers)
void watch(const Napi::CallbackInfo& info) {
  require(info[0].IsArray(), "signals");
  const auto numbers = info[0].As<Napi::Array>();
  arrived = false;
  for (std::uint32_t k = 0; k < numbers.Length(); ++k) {
    const Napi::Value value = numbers[k];
    require(value.IsNumber(), "signals");
    const int number = value.As<Napi::Number>();
    require(number > 0 && number < kMostSignals, "signals");
    if (watched[number]) continue;
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    sigaction(number, nullptr, &previous[number]);  // before the handler can run
    require(sigaction(number, &action, nullptr) == 0, "signals");
    watched[number] = true;
  }
}

// unwatchSignals()
void unwatch(const Napi::CallbackInfo&) {
  for (int number = 1; number < kMostSignals; ++number) restore(number);
}

#endif

}  // namespace

void add_signals(Napi::Object exports) {
  add_function<watch>(exports, "watchSignals");
  add_function<unwatch>(exports, "unwatchSignals");
}

}  // namespace otlearn
