# Writes OUTPUT, a C++ file with the page as one string: page.html of PAGE_DIR with the style,
# the scripts and the libraries CHART_JS and DAGRE_JS in place of its comments "include: ...".
# Semicolons of JavaScript do no harm, because no variable is used as a list.
file(READ ${PAGE_DIR}/page.html page)

function(include_file name path)
  file(READ ${path} text)
  if(text MATCHES "</[sS][cC][rR][iI][pP][tT]")
    message(FATAL_ERROR "${path}: '</script' would end the script that holds it")
  endif()
  string(FIND "${page}" "/* include: ${name} */" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "${PAGE_DIR}/page.html does not include ${name}")
  endif()
  string(REPLACE "/* include: ${name} */" "${text}" page "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()

include_file(chart.js ${CHART_JS})
include_file(dagre.js ${DAGRE_JS})
foreach(name style.css licences.txt data.js plots.js graph.js table.js details.js main.js)
  include_file(${name} ${PAGE_DIR}/${name})
endforeach()

if(page MATCHES "\\)page\"")
  message(FATAL_ERROR "the page has the end of a string of C++")
endif()
file(WRITE ${OUTPUT} "// Generated from lib/Report/Page. Do not edit.
namespace quantc {
extern const char *const kReportPage;
const char *const kReportPage = R\"page(${page})page\";
} // namespace quantc
")
