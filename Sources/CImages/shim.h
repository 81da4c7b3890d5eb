#include <turbojpeg.h>
#include <png.h>
#include <zlib.h>
