"""What the pages draw: a folder for each, `face/` for the editor of a face, `shared/` for all."""

from ganssl.ui.shared.patches import ignore_pages_folder, keep_keras_session

ignore_pages_folder()
keep_keras_session()
