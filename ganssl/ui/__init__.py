"""What the pages draw.

Streamlit takes a folder called `pages` for its older kind of app until the
router in `app.py` has run once. A visitor who is the first on a fresh server
and comes by a link to a page would get that page without navigation and style.
Every page imports from here before it draws, so that visit is sent through the
router.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

if PagesManager.uses_pages_directory:
    PagesManager.uses_pages_directory = False
    st.rerun()
