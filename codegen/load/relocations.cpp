// The relocations of position independent x86-64 and aarch64 code that refers to its own parts.
#include <elf.h>

#include <cstring>

#include "codegen/load/object_loader.h"

namespace wengert {
namespace {

template <class T>
void store(char* place, uint64_t value) {
  const T narrow = static_cast<T>(value);
  std::memcpy(place, &narrow, sizeof narrow);
}

bool fits(uint64_t value, unsigned bits) {
  const auto number = static_cast<int64_t>(value);
  return number >= -(int64_t{1} << (bits - 1)) && number < int64_t{1} << (bits - 1);
}

/// Puts the low `bits` bits of `value` into an instruction, from bit `shift` on.
void insert(char* place, uint64_t value, unsigned shift, unsigned bits) {
  uint32_t instruction;
  std::memcpy(&instruction, place, sizeof instruction);
  const uint32_t mask = ((uint32_t{1} << bits) - 1) << shift;
  instruction = (instruction & ~mask) | (static_cast<uint32_t>(value << shift) & mask);
  std::memcpy(place, &instruction, sizeof instruction);
}

/// The offset within a page of an access to 2^scale bytes.
bool insert_page_offset(char* place, uint64_t target, unsigned scale) {
  const uint64_t offset = target & 0xfff;
  if (offset & ((uint64_t{1} << scale) - 1)) return false;
  insert(place, offset >> scale, 10, 12);
  return true;
}

bool relocate_x86(uint32_t type, char* place, uint64_t at, uint64_t target) {
  switch (type) {
    case R_X86_64_64: store<uint64_t>(place, target); return true;
    case R_X86_64_PC64: store<uint64_t>(place, target - at); return true;
    case R_X86_64_PC32:
    case R_X86_64_PLT32: store<uint32_t>(place, target - at); return fits(target - at, 32);
    default: return false;
  }
}

bool relocate_aarch64(uint32_t type, char* place, uint64_t at, uint64_t target) {
  switch (type) {
    case R_AARCH64_ABS64: store<uint64_t>(place, target); return true;
    case R_AARCH64_PREL64: store<uint64_t>(place, target - at); return true;
    case R_AARCH64_PREL32: store<uint32_t>(place, target - at); return fits(target - at, 32);
    case R_AARCH64_CALL26:
    case R_AARCH64_JUMP26: {
      insert(place, (target - at) >> 2, 0, 26);
      return ((target - at) & 3) == 0 && fits(target - at, 28);
    }
    case R_AARCH64_ADR_PREL_PG_HI21: {
      const uint64_t distance = (target & ~uint64_t{0xfff}) - (at & ~uint64_t{0xfff});
      insert(place, distance >> 12, 29, 2);
      insert(place, distance >> 14, 5, 19);
      return fits(distance, 33);
    }
    case R_AARCH64_ADD_ABS_LO12_NC:
    case R_AARCH64_LDST8_ABS_LO12_NC: return insert_page_offset(place, target, 0);
    case R_AARCH64_LDST16_ABS_LO12_NC: return insert_page_offset(place, target, 1);
    case R_AARCH64_LDST32_ABS_LO12_NC: return insert_page_offset(place, target, 2);
    case R_AARCH64_LDST64_ABS_LO12_NC: return insert_page_offset(place, target, 3);
    case R_AARCH64_LDST128_ABS_LO12_NC: return insert_page_offset(place, target, 4);
    default: return false;
  }
}

}  // namespace

bool relocate(uint16_t machine, uint32_t type, char* place, uint64_t at, uint64_t target) {
  if (machine == EM_X86_64) return relocate_x86(type, place, at, target);
  return machine == EM_AARCH64 && relocate_aarch64(type, place, at, target);
}

unsigned relocated_bytes(uint16_t machine, uint32_t type) {
  alignas(8) char place[8] = {};
  if (!relocate(machine, type, place, 0, 0)) return 0;
  const bool wide = machine == EM_X86_64 ? type == R_X86_64_64 || type == R_X86_64_PC64
                                         : type == R_AARCH64_ABS64 || type == R_AARCH64_PREL64;
  return wide ? 8 : 4;
}

}  // namespace wengert
