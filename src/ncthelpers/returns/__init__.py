"""Statutory returns read, and what is counted from them: numerators and denominators by month, never a record.

``readers`` and the modules named by a return (``ssda903``, ``cin``, ``csww``, ``annex_a``) know file formats and make
:class:`~ncthelpers.returns.records.Records`. The modules named by a topic (``referrals``, ``protection``,
``placements`` and so on) make the members of an indicator from records and know no file. ``counts`` adds members up.
Nothing here knows of pages, and no page reads a record.
"""
