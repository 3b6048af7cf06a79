#include "runtime/buffer.h"

#include <new>

namespace wengert::runtime {

Buffer::Buffer(size_t bytes) : size_(bytes) {
  if (bytes > 0) data_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t(alignment)));
}

Buffer::~Buffer() { ::operator delete(data_, std::align_val_t(alignment)); }

}  // namespace wengert::runtime
