// Whether two programs are the same list: what print would show, without making the text.
#pragma once
#include "ir/program.h"

namespace wengert {

/// The same nodes in the same order, outputs and names. Places don't count.
bool same_list(const Program& a, const Program& b);

}  // namespace wengert
