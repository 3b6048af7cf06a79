// The names of LLVM that headers mention; sources include LLVM itself.
#pragma once

namespace llvm {
class Constant;
class FastMathFlags;
class Function;
class IRBuilderBase;
class LLVMContext;
class Module;
class TargetMachine;
class Type;
class Value;
}  // namespace llvm
