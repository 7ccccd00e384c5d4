"""In which points Procurify and QAD do not agree; reads both anew, and writes nothing."""
