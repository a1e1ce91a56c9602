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

extern PyType_Spec Rows_spec, Kernel_spec;
extern PyTypeObject *rows_type; /* made with the module */

int set_rules(suffix_table *table, PyObject *rules); /* [(suffix, flags), ...]; -1 with an exception */

/* The tables of a kernel; -1 with an exception. */
int set_letters(kernel *kernel, PyObject *expansions, const char *fold);
int set_swaps(kernel *kernel, const char *swaps, Py_ssize_t length);
int set_rows(kernel *kernel, PyObject *classes, const char *rows, Py_ssize_t length);
int set_targets(kernel *kernel, PyObject *extra);
reading *ask_reading(visit *visit, uint32_t code_point);

PyObject *spans_list(const hits *out); /* [(start, end), ...], or NULL with an exception */
int append_number(PyObject *list, uint32_t value); /* -1 with an exception */

int read_json_shape(PyObject *nodes, PyObject *entries, json_shape *shape); /* -1 with an exception */

#endif
