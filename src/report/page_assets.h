// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PAGE_ASSETS_H_
#define P2PCHECK_REPORT_PAGE_ASSETS_H_

#include <string_view>

namespace p2pcheck {

/// The files of src/report/page as they are: the frame of the page, in which
/// {{NAME}} stands for what the program puts there, its style, its script.
/// The build writes this function (src/report/page/embed.cmake).
struct PageAssets {
  std::string_view html, css, js;
};
PageAssets EmbeddedPage();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PAGE_ASSETS_H_
