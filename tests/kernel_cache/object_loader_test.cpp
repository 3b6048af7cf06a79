// The loader that works without LLVM: real objects, damaged ones, and the arithmetic of relocations.
#include <elf.h>

#include <cstring>
#include <random>

#include <doctest/doctest.h>

#include "codegen/load/object_loader.h"
#include "frontend/wengert.h"

using namespace wengert;

namespace {

Artifacts object_of(const char* source, const std::string& triple = {}, const std::string& cpu = {}) {
  const Program program = language::lower(language::parse_module(source, "f.wg"), "f");
  const NamedProgram named{"f", &program};
  const std::string kinds[] = {"obj"};
  return build_object({&named, 1}, "f", kinds, {.triple = triple, .cpu = cpu});
}

constexpr const char* source = "fn f(x: f64[N]) -> f64 { sum(exp(x) * sin(x)) }";

uint32_t instruction(uint32_t type, uint32_t before, uint64_t at, uint64_t target) {
  REQUIRE(relocate(EM_AARCH64, type, reinterpret_cast<char*>(&before), at, target));
  return before;
}

}  // namespace

TEST_CASE("an emitted object needs no other loader, and runs") {
  const std::vector<char> object = object_of(source, {}, "native").object;
  const auto kernel = load_plain_kernel(object);
  REQUIRE(kernel);
  CHECK(kernel->symbols().size() == 4);
  auto* f = kernel->function<int(const double*, int64_t, double*, void*)>("f");
  REQUIRE(bool(f != nullptr));
  double x[3] = {0, 1, 2}, y = 0;
  std::vector<char> workspace(kernel->function<size_t(int64_t)>("f_workspace")(3));
  CHECK(f(x, 3, &y, workspace.data()) == 0);
  CHECK(y == doctest::Approx(std::exp(1) * std::sin(1) + std::exp(2) * std::sin(2)));
}

TEST_CASE("a damaged object is refused or loaded, never followed out of its bytes") {
  const std::vector<char> object = object_of(source).object;
  for (size_t size = 0; size < object.size(); size += size < 2000 ? 1 : 37)
    CHECK_FALSE(load_plain_kernel({object.data(), size}));
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 20000; trial++) {
    std::vector<char> other = object;
    // The tables, not the code: header, and what lies behind the sections.
    const size_t at =
        trial % 2 ? random() % sizeof(Elf64_Ehdr) : other.size() - 1 - random() % (other.size() / 2);
    other[at] = static_cast<char>(random());
    load_plain_kernel(other);
  }
}

TEST_CASE("what the loader does not know goes to LLVM's") {
  CHECK_FALSE(load_plain_kernel({}));
  const char* other = EM_X86_64 == 62 && sizeof(void*) == 8
#if defined(__x86_64__)
                          ? "aarch64-linux-gnu"
#else
                          ? "x86_64-linux-gnu"
#endif
                          : "";
  const std::vector<char> foreign = object_of(source, other).object;
  CHECK_FALSE(load_plain_kernel(foreign));
  CHECK_THROWS_AS(load_kernel(foreign), Error);

  std::vector<char> object = object_of(source).object;
  Elf64_Ehdr header;
  std::memcpy(&header, object.data(), sizeof header);
  for (int i = 0; i < header.e_shnum; i++) {
    Elf64_Shdr section;
    std::memcpy(&section, object.data() + header.e_shoff + static_cast<size_t>(i) * sizeof section,
                sizeof section);
    if (section.sh_type != SHT_RELA) continue;
    Elf64_Rela relocation;
    std::memcpy(&relocation, object.data() + section.sh_offset, sizeof relocation);
    relocation.r_info = ELF64_R_INFO(ELF64_R_SYM(relocation.r_info), 250);
    std::memcpy(object.data() + section.sh_offset, &relocation, sizeof relocation);
  }
  CHECK_FALSE(load_plain_kernel(object));
}

TEST_CASE("relocations of aarch64") {
  // adrp x0, 0x12345000 from 0x10000ffc; add x0, x0, #0x678; ldr x1, [x0, #0x678]; ldr q1, [x0, #0x670]
  CHECK(instruction(R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, 0x10000ffc, 0x12345678) == 0xb0011a20);
  CHECK(instruction(R_AARCH64_ADR_PREL_PG_HI21, 0x90000000, 0x12345678, 0x12344000) == 0xf0ffffe0);
  CHECK(instruction(R_AARCH64_ADD_ABS_LO12_NC, 0x91000000, 0, 0x12345678) == 0x9119e000);
  CHECK(instruction(R_AARCH64_LDST64_ABS_LO12_NC, 0xf9400001, 0, 0x12345678) == 0xf9433c01);
  CHECK(instruction(R_AARCH64_LDST128_ABS_LO12_NC, 0x3dc00001, 0, 0x12345670) == 0x3dc19c01);
  CHECK(instruction(R_AARCH64_CALL26, 0x94000000, 0x1000, 0x1010) == 0x94000004);  // bl .+16
  CHECK(instruction(R_AARCH64_JUMP26, 0x14000000, 0x1010, 0x1000) == 0x17fffffc);  // b .-16
  char place[8] = {};
  CHECK_FALSE(relocate(EM_AARCH64, R_AARCH64_LDST64_ABS_LO12_NC, place, 0, 0x674));  // not aligned
  CHECK_FALSE(relocate(EM_AARCH64, R_AARCH64_CALL26, place, 0, uint64_t{1} << 28));  // too far
  CHECK_FALSE(relocate(EM_X86_64, R_X86_64_PC32, place, 0, uint64_t{1} << 31));
  CHECK_FALSE(relocate(EM_X86_64, R_X86_64_GOTPCREL, place, 0, 0));
  CHECK(relocated_bytes(EM_X86_64, R_X86_64_PC32) == 4);
  CHECK(relocated_bytes(EM_X86_64, R_X86_64_64) == 8);
  CHECK(relocated_bytes(EM_X86_64, R_X86_64_GOTPCREL) == 0);
}
