/* What the Python types of the kernel share. */
#ifndef GLYPHWATCH_TYPES_H
#define GLYPHWATCH_TYPES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

typedef struct {
    PyObject_HEAD
    target_rows rows;
    row_reader reader;
    Py_buffer source; /* what is being read */
    int sealed;       /* a kernel reads it, perhaps in another thread: it cannot grow */
} Rows;

extern PyType_Spec Rows_spec;

int set_rules(suffix_table *table, PyObject *rules); /* [(suffix, flags), ...]; -1 with an exception */
int append_number(PyObject *list, uint32_t value); /* -1 with an exception */

int read_json_shape(PyObject *nodes, PyObject *entries, json_shape *shape); /* -1 with an exception */

#endif
