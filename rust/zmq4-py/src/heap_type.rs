//! Heap types made by hand, for objects whose cost is counted in nanoseconds.

use std::ffi::CStr;
use std::os::raw::{c_int, c_ulong, c_void};
use std::ptr::null_mut;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::raw::{self, Method};

/// A slot of a type: its number and the function behind it.
pub(crate) type Slot = (c_int, *mut c_void);

/// The slot number and the pointer of a function: `slot!(Py_tp_repr, repr)`.
macro_rules! slot {
    ($number:ident, $function:expr) => {{
        #[allow(clippy::as_conversions, reason = "the interpreter keeps functions as pointers")]
        let pointer = $function as *mut std::os::raw::c_void;
        (pyo3::ffi::$number, pointer)
    }};
}
pub(crate) use slot;

/// What a type is made from.
pub(crate) struct HeapType<'a> {
    pub(crate) name: &'static CStr,
    pub(crate) basic_size: usize,
    pub(crate) item_size: c_int,
    pub(crate) flags: c_ulong,
    pub(crate) slots: &'a [Slot],
    pub(crate) methods: &'a [Method],
    pub(crate) getters: Vec<ffi::PyGetSetDef>,
    /// Whether nothing else may be derived from it.
    pub(crate) is_final: bool,
    /// The type it is derived from, if not `object`.
    pub(crate) base: Option<&'a Bound<'a, PyType>>,
}

/// A read-only attribute.
pub(crate) fn getter(
    name: &'static CStr,
    get: ffi::getter,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    let (name, doc) = (name.as_ptr(), doc.as_ptr());
    ffi::PyGetSetDef { name, get: Some(get), set: None, doc, closure: null_mut() }
}

impl HeapType<'_> {
    /// Makes the type. What it points to lives for ever: types are made once.
    pub(crate) fn make(self, py: Python<'_>) -> PyResult<Py<PyType>> {
        let mut methods: Vec<ffi::PyMethodDef> = self
            .methods
            .iter()
            // SAFETY: the definition was just made, and it lives for ever.
            .map(|&method| unsafe { raw::definition(method).read() })
            .collect();
        if self.is_final {
            methods.push(refuse_subclasses());
        }
        let mut getters = self.getters;
        // SAFETY: both lists end with a definition without a name, which all zeroes are.
        unsafe {
            methods.push(std::mem::zeroed());
            getters.push(std::mem::zeroed());
        }
        let methods = Box::leak(methods.into_boxed_slice()).as_mut_ptr().cast();
        let getters = Box::leak(getters.into_boxed_slice()).as_mut_ptr().cast();
        let lists = [(ffi::Py_tp_methods, methods), (ffi::Py_tp_getset, getters), (0, null_mut())];
        let all = self.slots.iter().chain(&lists);
        let mut slots: Vec<_> =
            all.map(|&(slot, pfunc)| ffi::PyType_Slot { slot, pfunc }).collect();
        let mut spec = ffi::PyType_Spec {
            name: self.name.as_ptr(),
            basicsize: c_int::try_from(self.basic_size)?,
            itemsize: self.item_size,
            flags: u32::try_from(self.flags)?,
            slots: slots.as_mut_ptr(),
        };
        let base = self.base.map_or(null_mut(), Bound::as_ptr);
        // SAFETY: the spec is complete, and what it points to is copied or lives for ever. The base is a
        // type, or null for `object`.
        let made = unsafe {
            let made = if base.is_null() {
                ffi::PyType_FromSpec(&raw mut spec)
            } else {
                let bases = pyo3::types::PyTuple::new(py, [Borrowed::from_ptr(py, base)])?;
                ffi::PyType_FromSpecWithBases(&raw mut spec, bases.as_ptr())
            };
            Bound::from_owned_ptr_or_err(py, made)?
        };
        Ok(made.cast_into::<PyType>()?.unbind())
    }
}

/// `__init_subclass__` for types that have the flag of a base, because one of ours is derived from them,
/// and are none for others.
fn refuse_subclasses() -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: c"__init_subclass__".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: refuse_subclass },
        ml_flags: ffi::METH_NOARGS | ffi::METH_CLASS,
        ml_doc: c"Refuses to be derived from.".as_ptr(),
    }
}

unsafe extern "C" fn refuse_subclass(
    _class: *mut ffi::PyObject,
    _: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the interpreter calls attached; the text is a C string.
    unsafe {
        ffi::PyErr_SetString(ffi::PyExc_TypeError, c"this type cannot be derived from".as_ptr());
    }
    null_mut()
}
