"""Problems and foot-guns in manifests, as values: only `report` turns them into text."""
