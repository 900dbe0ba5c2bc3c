"""Renders the catalogue into sound files with the Kokoro-82M speech synthesiser.

A tool for whoever changes a text, not for the running line: it needs the ``voices`` extra, the voice files of the npm
package ``kokoro-js`` and, for English, ``espeak-ng``. Nothing outside this package imports it.
"""
