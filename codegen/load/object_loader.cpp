#include "codegen/load/object_loader.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "codegen/load/generator.h"

namespace wengert {
namespace {

#if defined(__x86_64__)
constexpr uint16_t this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t this_machine = EM_AARCH64;
#else
constexpr uint16_t this_machine = EM_NONE;
#endif

/// Pages of an object's code and constants, freed at the end.
class Pages {
 public:
  explicit Pages(size_t size) : size_(size) {
    void* made = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    data_ = made == MAP_FAILED ? nullptr : static_cast<char*>(made);
  }
  ~Pages() {
    if (data_) munmap(data_, size_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  char* data() const { return data_; }
  /// The first `code` bytes (whole pages) become executable; nothing stays writable.
  bool seal(size_t code) {
    if (code > 0 && mprotect(data_, code, PROT_READ | PROT_EXEC) != 0) return false;
    if (code < size_ && mprotect(data_ + code, size_ - code, PROT_READ) != 0) return false;
    __builtin___clear_cache(data_, data_ + code);
    return true;
  }

 private:
  char* data_;
  size_t size_;
};

struct Unsupported {};

/// The parts of an object file. Every offset is checked before it is followed.
class Object {
 public:
  explicit Object(std::span<const char> bytes) : bytes_(bytes) {
    const auto header = read<Elf64_Ehdr>(0);
    const unsigned char* id = header.e_ident;
    if (std::memcmp(id, ELFMAG, SELFMAG) != 0 || id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB ||
        header.e_type != ET_REL || header.e_machine != this_machine ||
        header.e_shentsize != sizeof(Elf64_Shdr))
      throw Unsupported();
    for (uint64_t i = 0; i < header.e_shnum; i++)
      sections.push_back(read<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr)));
  }

  template <class T>
  T read(uint64_t offset) const {
    T out;
    std::memcpy(&out, part(offset, sizeof out), sizeof out);
    return out;
  }
  const char* part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) throw Unsupported();
    return bytes_.data() + offset;
  }
  template <class T>
  std::vector<T> table(const Elf64_Shdr& section) const {
    if (section.sh_entsize != sizeof(T) || section.sh_size % sizeof(T) != 0) throw Unsupported();
    const char* from = part(section.sh_offset, section.sh_size);
    std::vector<T> out(section.sh_size / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), from, section.sh_size);
    return out;
  }
  std::string text(const Elf64_Shdr& strings, uint32_t offset) const {
    const char* from = part(strings.sh_offset, strings.sh_size);
    if (offset >= strings.sh_size) throw Unsupported();
    return {from + offset, strnlen(from + offset, strings.sh_size - offset)};
  }
  const Elf64_Shdr& section(uint32_t index) const {
    if (index >= sections.size()) throw Unsupported();
    return sections[index];
  }

  std::vector<Elf64_Shdr> sections;

 private:
  std::span<const char> bytes_;
};

constexpr uint64_t largest = uint64_t{1} << 30;  // what relocations reach, with room

/// Where each section that is loaded goes, code first; the two parts in pages of their own.
struct Layout {
  std::vector<std::optional<uint64_t>> offsets;
  uint64_t code = 0, size = 0;

  Layout(const Object& object, uint64_t page) : offsets(object.sections.size()) {
    place(object, true);
    code = size = (size + page - 1) / page * page;
    place(object, false);
    if (size == 0) throw Unsupported();
  }

 private:
  void place(const Object& object, bool code_part) {
    for (size_t i = 0; i < object.sections.size(); i++) {
      const Elf64_Shdr& section = object.sections[i];
      if (!(section.sh_flags & SHF_ALLOC)) continue;
      constexpr uint64_t known = SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS;
      if (section.sh_type != SHT_PROGBITS || (section.sh_flags & ~known)) throw Unsupported();
      if (((section.sh_flags & SHF_EXECINSTR) != 0) != code_part) continue;
      const uint64_t align = section.sh_addralign ? section.sh_addralign : 1;
      if ((align & (align - 1)) || align > 4096 || section.sh_size > largest) throw Unsupported();
      const uint64_t start = (size + align - 1) / align * align;
      offsets[i] = start;
      size = start + section.sh_size;
      if (size > largest) throw Unsupported();
    }
  }
};

std::shared_ptr<runtime::Kernel> load(const Object& object) {
  const Layout layout(object, static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
  auto pages = std::make_shared<Pages>(layout.size);
  if (!pages->data()) throw Unsupported();
  const auto base = reinterpret_cast<uint64_t>(pages->data());
  for (size_t i = 0; i < layout.offsets.size(); i++)
    if (const Elf64_Shdr& s = object.sections[i]; layout.offsets[i] && s.sh_size > 0)
      std::memcpy(pages->data() + *layout.offsets[i], object.part(s.sh_offset, s.sh_size), s.sh_size);

  runtime::Kernel::Symbols functions;
  std::vector<std::optional<uint64_t>> addresses;  // of the symbols
  const Elf64_Shdr* symbols = nullptr;
  for (const Elf64_Shdr& section : object.sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    if (std::exchange(symbols, &section)) throw Unsupported();
    const Elf64_Shdr& names = object.section(section.sh_link);
    for (const Elf64_Sym& symbol : object.table<Elf64_Sym>(section)) {
      std::optional<uint64_t>& address = addresses.emplace_back();
      const unsigned type = ELF64_ST_TYPE(symbol.st_info);
      if (type == STT_TLS || type == STT_GNU_IFUNC || symbol.st_shndx == SHN_COMMON) throw Unsupported();
      if (symbol.st_shndx == SHN_UNDEF) {
        if (symbol.st_name != 0) throw Unsupported();
        continue;
      }
      if (symbol.st_shndx >= layout.offsets.size() || !layout.offsets[symbol.st_shndx]) continue;
      if (symbol.st_value > object.sections[symbol.st_shndx].sh_size) throw Unsupported();
      address = base + *layout.offsets[symbol.st_shndx] + symbol.st_value;
      if (type == STT_FUNC && ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL)
        functions[object.text(names, symbol.st_name)] = reinterpret_cast<void*>(*address);
    }
  }
  for (const Elf64_Shdr& section : object.sections) {
    if (section.sh_type == SHT_REL) throw Unsupported();
    if (section.sh_type != SHT_RELA || section.sh_info >= layout.offsets.size()) continue;
    if (!layout.offsets[section.sh_info]) continue;  // of a section that isn't loaded
    if (!symbols || &object.section(section.sh_link) != symbols) throw Unsupported();
    const uint64_t start = *layout.offsets[section.sh_info], size = object.sections[section.sh_info].sh_size;
    for (const Elf64_Rela& relocation : object.table<Elf64_Rela>(section)) {
      const auto type = static_cast<uint32_t>(ELF64_R_TYPE(relocation.r_info));
      const uint64_t symbol = ELF64_R_SYM(relocation.r_info);
      const unsigned bytes = relocated_bytes(this_machine, type);
      if (bytes == 0 || relocation.r_offset > size || bytes > size - relocation.r_offset ||
          symbol >= addresses.size() || !addresses[symbol])
        throw Unsupported();
      const uint64_t at = start + relocation.r_offset;
      if (!relocate(this_machine, type, pages->data() + at, base + at,
                    *addresses[symbol] + static_cast<uint64_t>(relocation.r_addend)))
        throw Unsupported();
    }
  }
  if (!pages->seal(layout.code)) throw Unsupported();
  return std::make_shared<runtime::Kernel>(std::move(functions), std::move(pages));
}

}  // namespace

std::shared_ptr<runtime::Kernel> load_plain_kernel(std::span<const char> object) {
  try {
    return load(Object(object));
  } catch (const Unsupported&) { return nullptr; }
}

std::shared_ptr<runtime::Kernel> load_kernel(std::span<const char> object) {
  if (auto kernel = load_plain_kernel(object)) return kernel;
  return generator().load(object);
}

}  // namespace wengert
