#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

/// xmlFree is a global variable; Swift 6 refuses to touch it.
static inline void groundwork_xml_free(void *p) { xmlFree(p); }
