#include "backends.h"

namespace wengert::tests {

const std::vector<Backend>& other_backends() {
  static const std::vector<Backend> none;
  return none;
}

}  // namespace wengert::tests
