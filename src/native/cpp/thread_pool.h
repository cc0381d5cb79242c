// A fork-join pool: `run` hands out task numbers to the workers and returns when all are done. The calling thread works
// too, so one thread means no thread is started.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace otlearn {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }
  // Calls task(worker, index) for index 0..count-1, in any order; worker is in [0, threads()).
  void run(int count, const std::function<void(int worker, int index)>& task);

 private:
  void work(int worker);
  void take_tasks(int worker);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  const std::function<void(int, int)>* task_ = nullptr;
  int next_ = 0, count_ = 0, busy_ = 0;
  unsigned round_ = 0;
  bool stopping_ = false;
};

// The process's pool: OTLEARN_THREADS workers, all cores by default.
ThreadPool& thread_pool();

}  // namespace otlearn
