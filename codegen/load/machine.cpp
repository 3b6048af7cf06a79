#include "codegen/load/machine.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace wengert {
namespace {

#if defined(__x86_64__)

/// The leaves that tell model and features. Not those that differ from core to core of one machine: the upper
/// half of leaf 1's ebx is the core's number.
std::string identify() {
  struct Leaf {
    unsigned leaf, subleaf;
    unsigned registers;  // bits: eax, ebx, ecx, edx
  };
  constexpr Leaf leaves[] = {{0, 0, 15},         {1, 0, 13},        {7, 0, 15},         {7, 1, 15},
                             {7, 2, 15},         {0xd, 1, 1},       {0x14, 0, 2},       {0x19, 0, 2},
                             {0x1e, 1, 1},       {0x24, 0, 3},      {0x80000000, 0, 1}, {0x80000001, 0, 12},
                             {0x80000008, 0, 2}, {0x80000021, 0, 1}};
  std::string out = "x86-64";
  for (const Leaf& leaf : leaves) {
    unsigned values[4] = {};
    __get_cpuid_count(leaf.leaf, leaf.subleaf, &values[0], &values[1], &values[2], &values[3]);
    for (int i = 0; i < 4; i++)
      if (leaf.registers & (1u << i)) out += fmt::format(" {:x}", values[i]);
  }
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned os_saves_registers = 1u << 27;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & os_saves_registers)) {
    asm("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    out += fmt::format(" {:x}:{:x}", edx, eax);
  }
  return out;
}

#else

/// What Linux says of the cores, each different line once.
std::string identify() {
  std::ifstream file("/proc/cpuinfo");
  std::set<std::string> lines;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("CPU ") || line.starts_with("Features")) lines.insert(line);
  std::string out = "aarch64";
  for (const std::string& line : lines) out += "\n" + line;
  return out;
}

#endif

template <class T>
bool read_at(std::ifstream& file, uint64_t offset, T* out, size_t count) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(
      file.read(reinterpret_cast<char*>(out), static_cast<std::streamsize>(count * sizeof(T))));
}

/// The build id in a segment of notes.
std::string find_identity(std::span<const char> notes) {
  size_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= notes.size()) {
    Elf64_Nhdr note;
    std::memcpy(&note, notes.data() + at, sizeof note);
    const auto padded = [](size_t size) { return (size + 3) / 4 * 4; };
    const size_t name = at + sizeof note, content = name + padded(note.n_namesz);
    at = content + padded(note.n_descsz);
    if (at > notes.size() || note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof ELF_NOTE_GNU ||
        std::memcmp(notes.data() + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) != 0)
      continue;
    std::string out;
    for (size_t i = 0; i < note.n_descsz; i++)
      out += fmt::format("{:02x}", static_cast<unsigned char>(notes[content + i]));
    return out;
  }
  return {};
}

/// A program or library of this process.
struct Loaded {
  std::string path;  // empty for the program
  std::string identity;
};

std::optional<Loaded> loaded_at(const void* address) {
  struct Search {
    uintptr_t address;
    std::optional<Loaded> found = {};
  } search{reinterpret_cast<uintptr_t>(address)};
  const auto look = [](dl_phdr_info* info, size_t, void* data) {
    auto& wanted = *static_cast<Search*>(data);
    const std::span<const ElfW(Phdr)> segments(info->dlpi_phdr, info->dlpi_phnum);
    const auto is_loaded = [&](uintptr_t begin, uint64_t size) {
      return std::any_of(segments.begin(), segments.end(), [&](const ElfW(Phdr) & segment) {
        const uint64_t before = begin - (info->dlpi_addr + segment.p_vaddr);  // huge for what is lower
        return segment.p_type == PT_LOAD && before < segment.p_memsz && size <= segment.p_memsz - before;
      });
    };
    if (!is_loaded(wanted.address, 1)) return 0;
    wanted.found = {info->dlpi_name, {}};
    for (const ElfW(Phdr) & segment : segments) {
      const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
      if (segment.p_type == PT_NOTE && wanted.found->identity.empty() && is_loaded(begin, segment.p_memsz))
        wanted.found->identity = find_identity({reinterpret_cast<const char*>(begin), segment.p_memsz});
    }
    return 1;
  };
  dl_iterate_phdr(look, &search);
  return search.found;
}

}  // namespace

const std::string& machine_identity() {
  static const std::string identity = identify();
  return identity;
}

std::string build_identity(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header;
  if (!file || !read_at(file, 0, &header, 1) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
    return {};
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!read_at(file, header.e_phoff, segments.data(), segments.size())) return {};
  for (const Elf64_Phdr& segment : segments) {
    constexpr uint64_t longest = 1 << 16;
    if (segment.p_type != PT_NOTE || segment.p_filesz > longest) continue;
    std::vector<char> notes(segment.p_filesz);
    if (!read_at(file, segment.p_offset, notes.data(), notes.size())) return {};
    if (std::string found = find_identity(notes); !found.empty()) return found;
  }
  return {};
}

std::string loaded_identity(const void* address) {
  const std::optional<Loaded> loaded = loaded_at(address);
  return loaded ? loaded->identity : std::string();
}

std::string file_of(const void* address) {
  const std::optional<Loaded> loaded = loaded_at(address);
  if (!loaded || !loaded->path.empty()) return loaded ? loaded->path : std::string();
  // The system does not know the program by its path, and argv[0] need not lead there.
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::string() : program.string();
}

}  // namespace wengert
