"""Charts of the HTML as files of their own."""

from base64 import b64encode

from ncthelpers.publish import drawings

SVG = b"<svg>a</svg>"
HELD = f"data:image/svg+xml;base64,{b64encode(SVG).decode()}"
CHART = (
    '<figure class="chart" id="{}">\n<figcaption><strong class="chart-title">T</strong>\n<span class="chart-caption">'
    'R &amp; D, <span class="whole">2031-32</span></span></figcaption>\n<div class="chart-scroll"><img alt="A" src="{}"></div>\n</figure>'
)


def test_every_chart_of_a_page_becomes_a_file_with_a_link_that_names_it():
    html, held = drawings.apart(
        "2031-32/06_demand", f"a{CHART.format('chart-a', HELD)}b{CHART.format('chart-b', HELD)}c"
    )
    assert held == {f"charts/2031-32/06_demand/chart-{name}.svg": SVG for name in "ab"}
    assert "base64" not in html and html[0] + html[-1] == "ac"
    for place in held:
        assert (
            f'<img alt="A" src="../{place}"></div>\n</figure><p class="download"><a href="../{place}" download' in html
        )
    assert html.count('Download chart (SVG)<span class="visually-hidden">: T. R &amp; D, 2031-32</span>') == 2


def test_a_page_at_the_root_refers_to_its_charts_from_there_and_what_is_no_chart_is_left():
    html, held = drawings.apart("index", CHART.format("chart-a", HELD))
    assert 'src="charts/index/chart-a.svg"' in html and list(held) == ["charts/index/chart-a.svg"]
    for other in (CHART.format("chart-a", "a.svg"), f'<img alt="A" src="{HELD}">', "<p>2031-32</p>"):
        assert drawings.apart("index", other) == (other, {})


def test_a_caption_in_two_lines_names_its_file_in_one():
    html, _ = drawings.apart("index", CHART.format("chart-a", HELD).replace("R &amp; D", "R\n&lt;b&gt; D"))
    assert 'Download chart (SVG)<span class="visually-hidden">: T. R &lt;b&gt; D, 2031-32</span>' in html
