"""YAML, read by its parser in C where there is one, which is ten times faster."""

import yaml

__all__ = ["read_yaml"]

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> object:
    """What a YAML text holds.

    Raises
    ------
    yaml.YAMLError
        With the line and the words of the parser in Python, so that they are the same on every machine.
    ValueError
        If it holds a date that no calendar has.

    Examples
    --------
    >>> read_yaml("councils: [north, west]")
    {'councils': ['north', 'west']}
    """
    try:
        return yaml.load(text, Loader=_PARSER)
    except yaml.YAMLError:
        return yaml.safe_load(text)
