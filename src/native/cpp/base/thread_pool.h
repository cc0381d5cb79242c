// A fork-join pool: `run` hands out task numbers to the workers and returns when all are done. The calling thread works
// too, so one thread means no thread is started. Calls from several threads wait for each other.
#pragma once
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace otlearn {

class ThreadPool {
 public:
  // Fewer threads where the system does not give that many.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }
  // Calls task(worker, index) for index 0..count-1, in any order; worker is in [0, threads()). Rethrows the first
  // exception of a task, after which the remaining ones are not begun.
  void run(int count, const std::function<void(int worker, int index)>& task);

 private:
  void work(int worker);
  void take_tasks(int worker);

  std::vector<std::thread> workers_;
  std::mutex callers_;  // held during run
  std::mutex mutex_;    // guards what follows
  std::condition_variable start_, done_;
  const std::function<void(int, int)>* task_ = nullptr;
  int next_ = 0, count_ = 0, busy_ = 0;
  unsigned round_ = 0;
  std::exception_ptr failure_;
  bool stopping_ = false;
};

// The process's pool: OTLEARN_THREADS workers, all cores by default.
ThreadPool& thread_pool();

}  // namespace otlearn
