"""Case types: their fields, flows, substates, readers, and the documents and pages that show them."""
