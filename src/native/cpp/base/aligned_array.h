// Arrays whose registers do not straddle cache lines: a load of 64 bytes that does costs two.
#pragma once
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace otlearn {

// Numbers at a multiple of 64 bytes, zero at first; large arrays ask the system for large pages.
template <typename T>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t size) : size_(size) {
    if (size == 0) return;
    const std::size_t alignment = size * sizeof(T) >= kLargePage ? kLargePage : kLine;
    const std::size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
    alignment_ = std::align_val_t(alignment);
    data_ = static_cast<T*>(::operator new(bytes, alignment_));
#if defined(__linux__)
    if (alignment == kLargePage) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
    std::memset(data_, 0, bytes);
  }
  AlignedArray(AlignedArray&& other) noexcept { swap(other); }
  AlignedArray& operator=(AlignedArray&& other) noexcept {
    AlignedArray(std::move(other)).swap(*this);
    return *this;
  }
  ~AlignedArray() { ::operator delete(data_, alignment_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  void swap(AlignedArray& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(alignment_, other.alignment_);
  }

 private:
  static constexpr std::size_t kLine = 64, kLargePage = std::size_t(1) << 21;
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::align_val_t alignment_{kLine};
};

template <typename T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <typename Other>
  LineAllocator(const LineAllocator<Other>&) {}
  T* allocate(std::size_t size) { return static_cast<T*>(::operator new(size * sizeof(T), kLine)); }
  void deallocate(T* data, std::size_t) { ::operator delete(data, kLine); }
  bool operator==(const LineAllocator&) const { return true; }
  bool operator!=(const LineAllocator&) const { return false; }

 private:
  static constexpr std::align_val_t kLine{64};
};

// The same where arrays are copied.
template <typename T>
using AlignedVector = std::vector<T, LineAllocator<T>>;

}  // namespace otlearn
