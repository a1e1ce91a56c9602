/* detector._kernel: the Python side of the screen. Stable ABI of Python 3.11. */
#include "types.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

PyTypeObject *rows_type;

static PyObject *unfinished(PyObject *module, PyObject *args) {
    Py_buffer view;
    int final;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*p", &view, &final)) return NULL;
    size_t place;
    Py_BEGIN_ALLOW_THREADS
    place = rows_unfinished(view.buf, (size_t)view.len, final);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromSize_t(place);
}

static PyObject *odd_entries(PyObject *module, PyObject *block) {
    Py_buffer view;
    hits out = {NULL, 0, 0, 0, 0, 0};
    (void)module;
    if (PyObject_GetBuffer(block, &view, PyBUF_SIMPLE)) return NULL;
    int done;
    Py_BEGIN_ALLOW_THREADS
    done = entries_odd(&out, view.buf, (size_t)view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    PyObject *result = done ? spans_list(&out) : PyErr_NoMemory();
    free(out.spans);
    return result;
}

static PyObject *whole_frames(PyObject *module, PyObject *block) {
    Py_buffer view;
    int wrong;
    (void)module;
    if (PyObject_GetBuffer(block, &view, PyBUF_SIMPLE)) return NULL;
    size_t length = frames_whole(view.buf, (size_t)view.len, &wrong);
    PyBuffer_Release(&view);
    return Py_BuildValue("ni", (Py_ssize_t)length, wrong);
}

static PyObject *punycode(PyObject *module, PyObject *payload) {
    uint32_t points[MAX_LABEL];
    Py_buffer view;
    (void)module;
    if (PyObject_GetBuffer(payload, &view, PyBUF_SIMPLE)) return NULL;
    int count = punycode_decode(view.buf, view.len > MAX_LABEL ? 0 : (int)view.len, points, MAX_LABEL);
    PyBuffer_Release(&view);
    if (count < 0) Py_RETURN_NONE;
    return PyUnicode_DecodeUTF32((const char *)points, count * 4, NULL, NULL);
}

/* Lets the process keep what it frees: blocks of one size follow each other, and to give each back
 * and to ask for the next costs more than to look through it, the more so with several threads. */
static PyObject *keep_memory(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that glibc allows */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"keep_memory", keep_memory, METH_NOARGS, "Let the process keep the memory that it frees."},
    {"unfinished", unfinished, METH_VARARGS, "Where a last row begins that goes on: block, final."},
    {"odd_entries", odd_entries, METH_O, "Where lines stand that are no plain entries."},
    {"whole_frames", whole_frames, METH_O, "How many octets whole frames have, and what is wrong then."},
    {"punycode", punycode, METH_O, "Decode what follows xn--, or give None (RFC 3492)."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "detector._kernel", NULL, 0, module_methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) {
    PyObject *module = PyModule_Create(&module_def);
    PyObject *type = module ? PyType_FromSpec(&Kernel_spec) : NULL;
    rows_type = type ? (PyTypeObject *)PyType_FromSpec(&Rows_spec) : NULL; /* kept for good */
    if (!rows_type || PyModule_AddObjectRef(module, "Kernel", type) ||
        PyModule_AddObjectRef(module, "Rows", (PyObject *)rows_type)) {
        Py_XDECREF(type);
        Py_XDECREF(module);
        return NULL;
    }
    Py_DECREF(type);
    return module;
}
