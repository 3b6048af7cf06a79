// Files read whole, and files replaced whole: what is written goes to another file beside the target, and
// takes the target's place only when all of it was written. A failure leaves the old file as it was.
// Thread-safe.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace wengert {

/// The bytes of a file. Throws Error(file) with the system's reason.
std::string read_file(const std::string& path);

struct FileContent {
  std::string path;
  std::string_view bytes;
};

/// Replaces the files, all of them or none: every one is written out before the first takes its place. Throws
/// Error(file) with the path and the system's reason.
void write_files(std::span<const FileContent> files);
void write_file(const std::string& path, std::string_view bytes);

/// Makes a folder and those above it. Throws Error(file).
void make_folder(const std::string& path);

/// `folder/name`, or just `name` when the folder is empty.
std::string join_path(const std::string& folder, std::string_view name);

}  // namespace wengert
