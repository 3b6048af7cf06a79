#include "codegen/describe/standard_names.h"

#include <algorithm>
#include <iterator>

namespace wengert {
namespace {

constexpr std::string_view functions_of_math =
    " "
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs "
    "fdim floor fma fmax fmin fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p "
    "log2 logb lrint lround modf nan nearbyint nextafter nexttoward pow remainder remquo rint round "
    "scalbln scalbn sin sinh sqrt tan tanh tgamma trunc ";

constexpr std::string_view other_functions =
    " "
    "_Exit abort abs asctime atexit atof atoi atol atoll bsearch cabs calloc carg ccos cexp cimag "
    "clearerr clock clog conj cpow cproj creal csin csqrt ctan ctime difftime div exit fclose feof "
    "ferror fflush fgetc fgetpos fgets fopen fprintf fputc fputs fread free freopen fscanf fseek "
    "fsetpos ftell fwrite getc getchar getenv gets gmtime index isalnum isalpha isblank iscntrl "
    "isdigit isgraph islower isprint ispunct isspace isupper isxdigit labs ldiv llabs lldiv "
    "localeconv localtime longjmp main malloc mblen mbstowcs mbtowc memchr memcmp memcpy memmove "
    "memset mktime perror printf putc putchar puts qsort raise rand realloc remove rename rewind "
    "scanf setbuf setlocale setvbuf signal snprintf sprintf srand sscanf strcat strchr strcmp "
    "strcoll strcpy strcspn strerror strftime strlen strncat strncmp strncpy strpbrk strrchr strspn "
    "strstr strtod strtof strtok strtol strtold strtoll strtoul strtoull strxfrm system time tmpfile "
    "tmpnam tolower toupper ungetc vfprintf vfscanf vprintf vscanf vsnprintf vsprintf vsscanf "
    "wcstombs wctomb ";

bool holds(std::string_view list, std::string_view word) {
  for (size_t at = list.find(word); at != list.npos; at = list.find(word, at + 1))
    if (at > 0 && list[at - 1] == ' ' && at + word.size() < list.size() && list[at + word.size()] == ' ')
      return true;
  return false;
}

}  // namespace

bool is_standard_macro(std::string_view word) {
  if (word == "offsetof") return true;
  if (word.starts_with("WENGERT_"))
    return !word.ends_with('_');  // the header's macros; a name made clear of them ends so
  constexpr std::string_view subjects[] = {"INT", "UINT", "SIZE", "PTRDIFF", "WCHAR", "WINT", "SIG_ATOMIC"};
  const bool ends = word.ends_with("_MAX") || word.ends_with("_MIN") || word.ends_with("_C");
  return ends && std::any_of(std::begin(subjects), std::end(subjects),
                             [&](std::string_view subject) { return word.starts_with(subject); });
}

bool is_standard_function(std::string_view word) {
  if (holds(other_functions, word) || holds(functions_of_math, word)) return true;
  if (!word.ends_with('f') && !word.ends_with('l')) return false;
  word.remove_suffix(1);
  return holds(functions_of_math, word);
}

}  // namespace wengert
