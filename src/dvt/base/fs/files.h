#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dvt/base/result/result.h"

namespace dvt {

Result<std::string> ReadFile(const std::string& path);
/// Writes beside the file and renames, so a reader sees the old content or the new. Makes missing folders.
Status WriteFileAtomic(const std::string& path, std::string_view content);
/// For texts that are made anew by every run: a file that has this content already is left alone, another is written in place, which costs
/// a third of a new file and a rename; a run that is killed here leaves part of the text. Makes missing folders.
Status WriteFileIfChanged(const std::string& path, std::string_view content);
Status MakeFolders(const std::string& path);
bool FileExists(const std::string& path);
bool IsFolder(const std::string& path);
/// Regular files below `folder` (recursive, hidden ones left out), relative to it with '/', sorted. Missing folder: empty.
Result<std::vector<std::string>> ListFiles(const std::string& folder);
/// `a` joined with `b`; `b` if it is absolute.
std::string JoinPath(std::string_view a, std::string_view b);
std::string AbsolutePath(const std::string& path);
/// Shell-style match: * and ? do not cross '/', ** does.
bool GlobMatch(std::string_view pattern, std::string_view text);
/// Path of $HOME, or empty.
std::string HomeFolder();

}  // namespace dvt
