#include "frontend/io/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ir/error.h"

namespace wengert {

[[noreturn]] static void fail(const char* doing, const std::string& path, int reason) {
  throw Error(Code::file, fmt::format("cannot {} '{}': {}", doing, path, std::strerror(reason)));
}

std::string read_file(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) fail("read", path, errno);
  std::string bytes;
  struct stat status{};
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
    bytes.reserve(static_cast<size_t>(status.st_size) + 1);
  for (;;) {
    const size_t held = bytes.size(), room = std::max<size_t>(bytes.capacity() - held, 1 << 16);
    bytes.resize(held + room);
    const ssize_t got = read(file, bytes.data() + held, room);
    const int reason = errno;
    bytes.resize(held + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got > 0 || (got < 0 && reason == EINTR)) continue;
    close(file);
    if (got < 0) fail("read", path, reason);
    return bytes;
  }
}

namespace {

/// A file beside its target, removed unless it has taken the target's place.
class Staged {
 public:
  Staged(const FileContent& content) : target_(content.path) {
    std::error_code ignored;
    if (std::filesystem::is_symlink(target_, ignored)) {
      const auto resolved = std::filesystem::canonical(target_, ignored);
      if (!ignored) target_ = resolved.string();
    }
    struct stat old{};
    const bool exists = stat(target_.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) fail("write", content.path, EISDIR);
    if (exists && !S_ISREG(old.st_mode))
      throw Error(Code::file, fmt::format("cannot write '{}': it is not a regular file", content.path));
    if (exists && access(target_.c_str(), W_OK) != 0) fail("write", content.path, errno);
    const int file = create(exists ? 0600 : 0666);
    if (file < 0) fail("write", content.path, errno);
    int reason = !exists || fchmod(file, old.st_mode & 07777) == 0 ? 0 : errno;
    std::string_view rest = content.bytes;
    while (reason == 0 && !rest.empty()) {
      const ssize_t put = write(file, rest.data(), rest.size());
      if (put >= 0)
        rest.remove_prefix(static_cast<size_t>(put));
      else if (errno != EINTR)
        reason = errno;
    }
    if (close(file) != 0 && reason == 0) reason = errno;
    if (reason == 0) return;
    unlink(path_.c_str());
    fail("write", content.path, reason);
  }
  Staged(Staged&& other) noexcept
      : target_(std::move(other.target_)), path_(std::exchange(other.path_, {})) {}
  ~Staged() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  void replace() {
    if (rename(path_.c_str(), target_.c_str()) != 0) fail("replace", target_, errno);
    path_.clear();
  }

 private:
  /// A new file of another name, of this mode less what the process's mask takes away; -1 when there can be
  /// none.
  int create(mode_t mode) {
    static std::atomic<unsigned> made = 0;
    int file;
    do {
      path_ = fmt::format("{}.{}.{}.part", target_, getpid(), made++);
      file = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    } while (file < 0 && errno == EEXIST);
    return file;
  }

  std::string target_, path_;
};

}  // namespace

void write_files(std::span<const FileContent> files) {
  std::vector<Staged> staged;
  staged.reserve(files.size());
  for (const FileContent& file : files) staged.emplace_back(file);
  for (Staged& file : staged) file.replace();
}

void write_file(const std::string& path, std::string_view bytes) {
  const FileContent file{path, bytes};
  write_files({&file, 1});
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && !std::filesystem::is_directory(path))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) throw Error(Code::file, fmt::format("cannot make the folder '{}': {}", path, error.message()));
}

std::string join_path(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : (std::filesystem::path(folder) / name).string();
}

}  // namespace wengert
