// Kernels on disk. Everything is done relative to the open folder, which was checked once: a folder put in
// its place later is not looked at.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include "codegen/load/kernel_cache.h"
#include "codegen/load/kernel_key.h"
#include "ir/error.h"

namespace wengert {
namespace {

struct Header {
  char magic[8];
  uint64_t key_size, object_size;
  Digest key, object;
};
constexpr char magic[8] = {'w', 'e', 'n', 'g', 'k', 'e', 'r', '1'};
constexpr std::string_view suffix = ".kernel", unfinished = ".part";

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  bool open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

  bool read(void* out, size_t size) const {
    for (auto* at = static_cast<char*>(out); size > 0;) {
      const ssize_t got = ::read(descriptor_, at, size);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      at += got;
      size -= static_cast<size_t>(got);
    }
    return true;
  }
  bool write(const void* data, size_t size) const {
    for (auto* at = static_cast<const char*>(data); size > 0;) {
      const ssize_t put = ::write(descriptor_, at, size);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      at += put;
      size -= static_cast<size_t>(put);
    }
    return true;
  }

 private:
  int descriptor_;
};

bool is_own(const struct stat& status) { return status.st_uid == geteuid() && (status.st_mode & 022) == 0; }

}  // namespace

KernelFolder::KernelFolder(const std::string& path) {
  const auto fail = [&](const std::string& why) {
    throw Error(Code::file, fmt::format("the folder '{}' cannot keep kernels: {}", path, why));
  };
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail(std::strerror(errno));
  folder_ = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) fail(std::strerror(errno));
  struct stat status;
  if (fstat(folder_, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 077) == 0) return;
  close(folder_);
  fail("it must belong to the user and be closed to others (mode 0700), because its content is run");
}

KernelFolder::~KernelFolder() { close(folder_); }

std::string KernelFolder::entry_name(std::string_view key) {
  const Digest name = digest(key);
  return fmt::format("{:016x}{:016x}{}", name.first, name.second, suffix);
}

std::optional<std::vector<char>> KernelFolder::read(std::string_view key) const {
  const File file(openat(folder_, entry_name(key).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  Header header;
  if (!file.open() || fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode) || !is_own(status) ||
      !file.read(&header, sizeof header) || std::memcmp(header.magic, magic, sizeof magic) != 0 ||
      header.key_size != key.size())
    return std::nullopt;
  const uint64_t rest = static_cast<uint64_t>(status.st_size) - sizeof header - header.key_size;
  if (header.object_size != rest || header.object_size > folder_limit) return std::nullopt;
  std::string stored(header.key_size, '\0');
  std::vector<char> object(header.object_size);
  if (!file.read(stored.data(), stored.size()) || stored != key || header.key != digest(key) ||
      !file.read(object.data(), object.size()) || header.object != digest({object.data(), object.size()}))
    return std::nullopt;
  futimens(file.descriptor(), nullptr);  // used now
  return object;
}

void KernelFolder::write(std::string_view key, std::span<const char> object, uint64_t limit) const {
  Header header{.magic = {},
                .key_size = key.size(),
                .object_size = object.size(),
                .key = digest(key),
                .object = digest({object.data(), object.size()})};
  std::memcpy(header.magic, magic, sizeof magic);
  if (sizeof header + key.size() + object.size() > limit) return;
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::string name = entry_name(key);
  const std::string part = fmt::format("{}.{}.{:x}.{:x}{}", name, getpid(), now.tv_nsec,
                                       reinterpret_cast<uintptr_t>(&header), unfinished);
  const File file(openat(folder_, part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return;
  const bool written = file.write(&header, sizeof header) && file.write(key.data(), key.size()) &&
                       file.write(object.data(), object.size());
  if (!written || renameat(folder_, part.c_str(), folder_, name.c_str()) != 0) {
    unlinkat(folder_, part.c_str(), 0);
    return;
  }
  remove_oldest(limit);
}

void KernelFolder::remove_oldest(uint64_t limit) const {
  struct Entry {
    std::string name;
    time_t used;
    long used_nanoseconds;
    uint64_t bytes;
  };
  DIR* listing = fdopendir(openat(folder_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!listing) return;
  std::vector<Entry> entries;
  uint64_t total = 0;
  constexpr time_t abandoned = 3600;  // seconds after which a part is nobody's
  while (const dirent* found = readdir(listing)) {
    const std::string name = found->d_name;
    struct stat status;
    if (fstatat(folder_, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
      continue;
    if (name.ends_with(unfinished) && status.st_mtim.tv_sec + abandoned < time(nullptr))
      unlinkat(folder_, name.c_str(), 0);
    if (!name.ends_with(suffix)) continue;
    entries.push_back(
        {name, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, static_cast<uint64_t>(status.st_size)});
    total += entries.back().bytes;
  }
  closedir(listing);
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.used, a.used_nanoseconds) < std::pair(b.used, b.used_nanoseconds);
  });
  for (size_t i = 0; i < entries.size() && total > limit; i++) {
    if (unlinkat(folder_, entries[i].name.c_str(), 0) == 0) total -= entries[i].bytes;
  }
}

}  // namespace wengert
