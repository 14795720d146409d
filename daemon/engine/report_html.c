#include "engine/report.h"
int report_html(const struct report *r, FILE *f, struct err *e) { return report_text_participation(r, f, e); }
