#include "base/thread_pool.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace otlearn {
namespace {

constexpr int kMostThreads = 256;

}  // namespace

ThreadPool::ThreadPool(int threads) {
  try {
    for (int worker = 1; worker < threads; ++worker) {
      workers_.emplace_back([this, worker] { work(worker); });
    }
  } catch (const std::system_error&) {  // the system's limit; go on with those that started
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  start_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(int count, const std::function<void(int, int)>& task) {
  const std::lock_guard<std::mutex> one_caller(callers_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    task_ = &task;
    next_ = 0;
    count_ = count;
    busy_ = static_cast<int>(workers_.size());
    ++round_;
  }
  start_.notify_all();
  take_tasks(0);
  std::unique_lock<std::mutex> lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  task_ = nullptr;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void ThreadPool::work(int worker) {
  unsigned seen = 0;
  for (;;) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      start_.wait(lock, [&] { return stopping_ || round_ != seen; });
      if (stopping_) return;
      seen = round_;
    }
    take_tasks(worker);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }
}

void ThreadPool::take_tasks(int worker) {
  for (;;) {
    int index;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (next_ >= count_) return;
      index = next_++;
    }
    try {
      (*task_)(worker, index);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_ = count_;
    }
  }
}

ThreadPool& thread_pool() {
  static ThreadPool* pool = [] {
    const char* wanted = std::getenv("OTLEARN_THREADS");
    const int requested = wanted ? std::atoi(wanted) : 0;
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    // never destroyed: at process exit the workers may not be joined from a static destructor
    return new ThreadPool(std::clamp(requested > 0 ? requested : cores, 1, kMostThreads));
  }();
  return *pool;
}

}  // namespace otlearn
