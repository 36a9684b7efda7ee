#!/usr/bin/env python3
"""check_report.py REPORT: opens REPORT/report.html in a browser and uses it as a person does."""
import json
import os
import sys
import time

from browser import Browser

folder = sys.argv[1]
page = os.path.join(folder, "report.html")
report = json.load(open(os.path.join(folder, "report.json")))
tensors, network = report["tensors"], report["network"]
names = [tensor["tensor"] for tensor in tensors]

MARKS = "Chart.getChart('{0}').getDatasetMeta({1}).data.filter(mark => isFinite(mark.y) && !mark.skip && (mark.height === undefined || mark.height > 0)).length"
PAINTED = """(() => {{
    const canvas = document.getElementById('{0}');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.filter((value, i) => i % 4 === 3 && value > 0).length;
}})()"""
SHOWN = "document.querySelector('#heading h3').textContent"
ROWS = "[...document.querySelectorAll('#table tbody tr')].filter(row => !row.hidden).map(row => row.cells[{0}].{1})"


def middle(browser, selector):
    """Scrolls an element into view, and returns where it is."""
    return browser.evaluate(f"""(() => {{
        const element = document.querySelector({selector!r});
        element.scrollIntoView({{block: 'center'}});
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    }})()""")


def check_plots(browser):
    marks = lambda plot, number: browser.evaluate(MARKS.format(plot, number))
    with_steps = sum(tensor.get("codes", 1 << 16) <= 256 for tensor in tensors)
    assert marks("depth", 0) == marks("depth", 1) == with_steps > 2, (marks("depth", 0), with_steps)
    shown = tensors[names.index(browser.evaluate(SHOWN))]
    assert shown["tensor"] == report["suspects"][0], shown["tensor"]
    assert marks("histogram", 0) + marks("histogram", 1) == sum(count > 0 for count in shown["histogram"]["counts"]) > 2
    ends = browser.evaluate("Chart.getChart('histogram').data.datasets[2].data.map(point => point.x)")
    assert [ends[0], ends[-1]] == shown["grid"], (ends, shown["grid"])
    weights = next(node for node in network if node["tensor"] == shown["tensor"])["weights"][0]
    assert marks("weights", 0) == marks("weights", 1) == len(weights["min"]) > 1
    found = report["what_if"]["remedies"]
    assert marks("remedies", 0) + marks("remedies", 1) == len(found) > 0
    parts = browser.evaluate("Chart.getChart('attribution').data.datasets.map(dataset => dataset.data)")
    assert len(parts) == 7 and all(abs(sum(shares) - 100) < 0.01 for shares in zip(*parts)), parts
    assert len(parts[0]) == len(tensors)
    assert sum(marks("attribution", number) for number in range(7)) >= len(tensors)
    for plot in ("attribution", "depth", "histogram", "weights", "remedies"):
        assert browser.evaluate(PAINTED.format(plot)) > 2000, plot
    # The other measure.
    browser.evaluate("""{const choice = document.getElementById('measure'); choice.value = 'sqnr';
        choice.dispatchEvent(new Event('change'));}""")
    assert marks("depth", 0) == sum("sqnr_db" in tensor["local"] for tensor in tensors)


def check_graph(browser):
    browser.wait("document.querySelectorAll('#graph .node').length > 0")
    assert browser.evaluate("document.querySelectorAll('#graph .node').length") == len(network)
    edges = sum(len(node["reads"]) for node in network)
    assert browser.evaluate("document.querySelectorAll('#graph .edge').length") == edges >= len(network) - 1
    boxes = browser.evaluate("""[...document.querySelectorAll('#graph .node rect')].map(box => {
        const {left, right, top, bottom} = box.getBoundingClientRect(); return [left, right, top, bottom]; })""")
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2], "nodes overlap"
    suspects = browser.evaluate("[...document.querySelectorAll('#graph .node.suspect title')].map(t => t.textContent)")
    assert sorted(suspects) == sorted(report["suspects"]), suspects
    # A click shows the tensor, and so does Enter; arrow keys go along edges.
    first = next(node["tensor"] for node in network if node["reads"])
    index = next(i for i, node in enumerate(network) if node["reads"])
    browser.click(*middle(browser, f"#graph .node:nth-of-type({index + 1})"))
    assert browser.evaluate(SHOWN) == first, browser.evaluate(SHOWN)
    browser.press("ArrowDown")
    browser.press("Enter")
    reader = next(node["tensor"] for node in network if index in node["reads"])
    assert browser.evaluate(SHOWN) == reader, browser.evaluate(SHOWN)


def check_table(browser):
    column = lambda number: browser.evaluate(ROWS.format(number, "textContent"))
    assert column(1) == names
    header = "document.querySelectorAll('#table th')[4]"
    browser.click(*middle(browser, "#table th:nth-child(5) button"))
    assert browser.evaluate(header + ".getAttribute('aria-sort')") == "descending"
    steps = lambda tensor: tensor.get("rmse_scale", -1)
    assert column(1) == [t["tensor"] for t in sorted(tensors, key=steps, reverse=True)] != names
    browser.press("Enter")
    assert browser.evaluate(header + ".getAttribute('aria-sort')") == "ascending"
    assert column(1) == [t["tensor"] for t in sorted(tensors, key=steps)]
    # Rows: click, Enter, arrow keys.
    browser.click(*middle(browser, "#table tbody tr:nth-child(1) td:nth-child(3)"))
    assert browser.evaluate(SHOWN) == column(1)[0]
    browser.evaluate("document.querySelector('#table tbody tr').focus()")
    browser.press("ArrowDown")
    browser.press("Enter")
    assert browser.evaluate(SHOWN) == column(1)[1]
    assert browser.evaluate("document.querySelector('#table tr.selected').cells[1].textContent") == column(1)[1]
    # Typing searches.
    browser.click(*middle(browser, "#search"))
    browser.send("Input.insertText", text=names[1].upper())
    assert column(1) == [names[1]], column(1)
    assert browser.evaluate("document.getElementById('count').textContent") == f"1 of {len(names)}"
    browser.evaluate("{const s = document.getElementById('search'); s.value = ''; s.dispatchEvent(new Event('input'));}")
    assert len(column(1)) == len(names)
    # Arrow keys on the plot.
    browser.evaluate("select(tensors[0].node); document.getElementById('depth').focus()")
    browser.press("ArrowRight")
    assert browser.evaluate(SHOWN) == names[1]


def check_colours(browser):
    contrast = """(() => {
        const channel = v => v <= 10.31 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
        const light = hex => [1, 3, 5].reduce((sum, at, i) =>
            sum + [.2126, .7152, .0722][i] * channel(parseInt(hex.slice(at, at + 2), 16)), 0);
        const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
        return ['text', 'muted', 'local', 'cumulative', 'suspect'].map(name =>
            ratio(light(colour(name)), light(colour('surface')))).concat(light(colour('background')));
    })()"""
    painted = {}
    for scheme in ("dark", "light"):
        browser.colours(scheme)
        *ratios, background = browser.evaluate(contrast)
        assert min(ratios) >= 4.5, (scheme, ratios)
        assert (background < 0.05) == (scheme == "dark"), background
        colours = browser.screenshot(os.path.join(folder, scheme + ".png"))
        assert colours > 50, (scheme, colours)
        painted[scheme] = browser.evaluate("Chart.getChart('depth').data.datasets[0].borderColor")
    assert painted["dark"] != painted["light"], painted


def check_print(browser):
    browser.colours("dark")
    document = browser.send("Page.printToPDF")["data"]
    assert len(document) > 20000, len(document)
    # On paper everything is light, also if the screen is dark.
    browser.evaluate("setPrinting(true)")
    text, scheme = browser.evaluate("[colour('text'), getComputedStyle(document.documentElement).colorScheme]")
    assert text == "#1a1d23" and set(scheme.split()) == {"light", "only"}, (text, scheme)
    browser.evaluate("setPrinting(false)")
    assert not browser.evaluate("document.documentElement.classList.contains('printing')")
    browser.colours("light")


def check_large(browser, operations=300):
    """The same page with so many operations in place of the network's."""
    path = os.path.join(folder, "large.html")
    large = dict(report, tensors=[], network=[dict(network[0])])
    for index in range(operations):
        source = tensors[index % len(tensors)]
        name = f"{index} {source['tensor']}"
        large["tensors"].append(dict(source, tensor=name, index=index))
        # A chain of blocks with residual additions.
        reads = [index] if index % 3 else [index, max(0, index - 3)]
        large["network"].append(dict(network[-1], tensor=name, reads=sorted(set(reads))))
    text = open(page).read()
    begin = text.index('id="report">') + len('id="report">')
    end = text.index("</script>", begin)
    with open(path, "w") as file:
        file.write(text[:begin] + json.dumps(large).replace("<", "\\u003c") + text[end:])
    start = time.monotonic()
    browser.open(path)
    opened = time.monotonic() - start
    browser.wait(f"document.querySelectorAll('#graph .node').length === {operations + 1}")
    print(f"{operations} operations: opened in {opened:.1f} s, graph after {time.monotonic() - start:.1f} s")
    # Generous: other tests run at the same time.
    assert opened < 10, opened


with Browser() as browser:
    browser.open(page)
    check_plots(browser)
    check_graph(browser)
    check_table(browser)
    check_colours(browser)
    check_print(browser)
    # Names are text: nothing of them became an element or ran.
    assert browser.evaluate("typeof attacked") == "undefined"
    assert browser.evaluate("document.querySelectorAll('img, i, main script').length") == 0
    check_large(browser)
    assert not browser.errors, browser.errors
    others = [url for url in browser.requests if not url.startswith(("file:///", "data:", "blob:"))]
    assert not others, others
print("the report works")
