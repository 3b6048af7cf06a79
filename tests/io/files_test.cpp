// Files are replaced whole or not at all.
#include "frontend/io/files.h"

#include <fstream>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/io/folder.h"

using namespace wengert;

static int mask_changes = 0;
/// Instead of the C library's.
extern "C" mode_t umask(mode_t mask) noexcept {
  mask_changes++;
  return static_cast<mode_t>(syscall(SYS_umask, mask));
}

TEST_CASE("a file is replaced and keeps its mode") {
  const Folder folder;
  write_file(folder / "a", "one");
  chmod((folder / "a").c_str(), 0600);
  write_file(folder / "a", std::string(200000, 'x'));
  CHECK(read_file(folder / "a") == std::string(200000, 'x'));
  struct stat status{};
  REQUIRE(stat((folder / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(folder.count() == 1);
}

TEST_CASE("a new file has the mode that the process's mask leaves, which other threads never see changed") {
  const Folder folder;
  const mode_t before = umask(027);
  const int changes = mask_changes;
  write_file(folder / "a", "x");
  CHECK(mask_changes == changes);
  umask(before);
  struct stat status{};
  REQUIRE(stat((folder / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("a link stays a link") {
  const Folder folder;
  write_file(folder / "a", "one");
  std::filesystem::create_symlink("a", folder / "link");
  write_file(folder / "link", "two");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(read_file(folder / "a") == "two");
}

TEST_CASE("one failure leaves every file as it was") {
  const Folder folder;
  write_file(folder / "a", "old");
  make_folder(folder / "b");
  const FileContent files[] = {{folder / "a", "new"}, {folder / "b", "new"}};
  CHECK_MESSAGE_HAS(write_files(files), "/b': Is a directory");
  CHECK(read_file(folder / "a") == "old");
  CHECK(folder.count() == 2);
}

TEST_CASE("what cannot be written says why") {
  const Folder folder;
  write_file(folder / "a", "old");
  CHECK_MESSAGE_HAS(write_file(folder / "none/a", "x"),
                    "cannot write '" + (folder / "none/a") + "': No such file");
  CHECK_MESSAGE_HAS(write_file(folder / "a/b", "x"), "Not a directory");
  CHECK_MESSAGE_HAS(write_file("/dev/full", "x"), "it is not a regular file");
  CHECK_MESSAGE_HAS(make_folder(folder / "a"), "cannot make the folder");
  CHECK_MESSAGE_HAS(read_file(folder.path), "Is a directory");
  CHECK_MESSAGE_HAS(read_file(folder / "none"), "No such file");
}
