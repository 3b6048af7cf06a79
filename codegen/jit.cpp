#include "codegen/jit.h"

#include <fmt/format.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/TargetParser/Host.h>

#include "codegen/compiler.h"
#include "codegen/llvm_compat.h"
#include "ir/error.h"

namespace wengert {
namespace {

namespace orc = llvm::orc;

template <class T>
T require(llvm::Expected<T> value, const char* what) {
  if (!value) throw Error(Code::target, fmt::format("{}: {}", what, llvm::toString(value.takeError())));
  return std::move(*value);
}

void require(llvm::Error error, const char* what) {
  if (error) throw Error(Code::target, fmt::format("{}: {}", what, llvm::toString(std::move(error))));
}

/// The session all kernels of the process share. It outlives the last of them.
class Loader {
 public:
  Loader()
      : session_(require(
            orc::SelfExecutorProcessControl::Create(nullptr, std::make_unique<orc::InPlaceTaskDispatcher>()),
            "starting the JIT")),
        layer_(session_) {
    // Errors also come back from lookup(), which is where they are reported.
    session_.setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });
  }
  ~Loader() { llvm::consumeError(session_.endSession()); }

  orc::ExecutionSession& session() { return session_; }
  orc::ObjectLinkingLayer& layer() { return layer_; }

 private:
  orc::ExecutionSession session_;
  orc::ObjectLinkingLayer layer_;
};

std::shared_ptr<Loader> shared_loader() {
  static const auto loader = std::make_shared<Loader>();
  return loader;
}

/// The code of one object: a dylib of its own, removed with it.
class LoadedCode {
 public:
  LoadedCode()
      : loader_(shared_loader()),
        dylib_(loader_->session().createBareJITDylib(fmt::format("kernel.{}", next_++))) {}
  ~LoadedCode() { llvm::consumeError(loader_->session().removeJITDylib(dylib_)); }
  LoadedCode(const LoadedCode&) = delete;
  LoadedCode& operator=(const LoadedCode&) = delete;

  void define(const runtime::Kernel::Symbols& external) {
    orc::SymbolMap map;
    for (const auto& [name, address] : external)
      map[loader_->session().intern(name)] = {orc::ExecutorAddr::fromPtr(address),
                                              llvm::JITSymbolFlags::Exported};
    if (!map.empty()) require(dylib_.define(orc::absoluteSymbols(std::move(map))), "loading a kernel");
  }
  void add(std::span<const char> object) {
    auto bytes =
        llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(object.data(), object.size()), "kernel");
    require(loader_->layer().add(dylib_, std::move(bytes)), "loading a kernel");
  }
  runtime::Kernel::Symbols find(const std::vector<std::string>& names) {
    orc::SymbolLookupSet wanted;
    for (const std::string& name : names) wanted.add(loader_->session().intern(name));
    auto found = require(loader_->session().lookup(orc::makeJITDylibSearchOrder(&dylib_), std::move(wanted)),
                         "loading a kernel");
    runtime::Kernel::Symbols symbols;
    for (const auto& [name, definition] : found)
      symbols[(*name).str()] = definition.getAddress().toPtr<void*>();
    return symbols;
  }

 private:
  static inline std::atomic<uint64_t> next_ = 0;
  std::shared_ptr<Loader> loader_;
  orc::JITDylib& dylib_;
};

std::vector<std::string> global_functions(std::span<const char> object) {
  auto file = require(llvm::object::ObjectFile::createObjectFile(
                          llvm::MemoryBufferRef(llvm::StringRef(object.data(), object.size()), "kernel")),
                      "loading a kernel");
  const llvm::Triple here(llvm::sys::getProcessTriple());
  if (file->getArch() != here.getArch())
    throw Error(Code::target,
                fmt::format("a kernel for {} cannot be loaded on {}",
                            llvm::Triple::getArchTypeName(file->getArch()).str(), here.getArchName().str()));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef& symbol : file->symbols()) {
    const uint32_t flags = require(symbol.getFlags(), "loading a kernel");
    const bool is_function =
        require(symbol.getType(), "loading a kernel") == llvm::object::SymbolRef::ST_Function;
    if (is_function && (flags & llvm::object::SymbolRef::SF_Global) &&
        !(flags & llvm::object::SymbolRef::SF_Undefined))
      names.push_back(require(symbol.getName(), "loading a kernel").str());
  }
  return names;
}

}  // namespace

std::shared_ptr<runtime::Kernel> load_object(std::span<const char> object,
                                             const runtime::Kernel::Symbols& external) {
  const std::vector<std::string> names = global_functions(object);
  for (const std::string& name : undefined_symbols(object))
    if (!external.contains(name))
      throw Error(Code::target, fmt::format("loading a kernel: it needs {}", name));
  auto code = std::make_shared<LoadedCode>();
  code->define(external);
  code->add(object);
  runtime::Kernel::Symbols symbols = code->find(names);
  return std::make_shared<runtime::Kernel>(std::move(symbols), std::move(code));
}

}  // namespace wengert
