// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import java.util.List;
import java.util.Locale;
import net.zcrx.integration.docs.Figures.Ratio;

/**
 * Draws ratios as SVG: for each workload a line for each congestion control, with the median as a dot and the interval
 * as a bar, on a logarithmic scale.
 */
final class RatioPlot {
    private static final int LEFT = 250;
    private static final int SCALE = 400;
    private static final int RIGHT = 210;
    private static final int TOP = 64;
    private static final int ROW = 46;
    private static final double LEAST = 0.4;
    private static final double MOST = 3.2;
    private static final double[] TICKS = {0.5, 0.75, 1, 1.5, 2, 3};
    private static final String BBR = "#1f5fbf";
    private static final String CUBIC = "#c2570c";

    private final StringBuilder svg = new StringBuilder();
    private final String title;
    private final List<Row> rows;

    RatioPlot(String title, List<Row> rows) {
        this.title = title;
        this.rows = rows;
    }

    /** A workload; a list that is empty was not measured. */
    record Row(String name, List<Ratio> bbr, List<Ratio> cubic) {}

    String draw() {
        int width = LEFT + SCALE + RIGHT;
        int bottom = TOP + rows.size() * ROW;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\"",
                width, bottom + 34, width, bottom + 34);
        add(" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"%s\">\n", title);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, bottom + 34);
        text(16, 24, "start", "#111", "bold", title);
        text(16, 46, "start", BBR, "bold", "BBR");
        text(56, 46, "start", CUBIC, "bold", "CUBIC");
        text(116, 46, "start", "#444", "normal", "dot: median, bar: 95 % interval, 1 is the best other transport");
        for (double tick : TICKS) {
            add(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>\n",
                    x(tick), TOP, x(tick), bottom, tick == 1 ? "#111" : "#ddd");
            text(
                    x(tick),
                    bottom + 20,
                    "middle",
                    "#444",
                    "normal",
                    String.format(Locale.ROOT, "%s×", tick == Math.rint(tick) ? (Object) (int) tick : tick));
        }
        for (int i = 0; i < rows.size(); i++) {
            int y = TOP + i * ROW;
            text(16, y + 28, "start", "#111", "normal", rows.get(i).name());
            rows.get(i).bbr().forEach(ratio -> bar(ratio, y + 15, BBR));
            rows.get(i).cubic().forEach(ratio -> bar(ratio, y + 33, CUBIC));
        }
        return svg.append("</svg>\n").toString();
    }

    private void bar(Ratio ratio, int y, String color) {
        add(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>\n",
                x(ratio.low()), y, x(ratio.high()), y, color);
        add("<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"%s\"/>\n", x(ratio.median()), y, color);
        text(LEFT + SCALE + 12, y + 4, "start", color, "normal", ratio.cell().replace("*", ""));
    }

    private static double x(double ratio) {
        if (ratio < LEAST || ratio > MOST) {
            throw new IllegalArgumentException(ratio + " is beyond the scale; make the scale longer.");
        }
        return LEFT + SCALE * Math.log(ratio / LEAST) / Math.log(MOST / LEAST);
    }

    private void text(double x, int y, String anchor, String color, String weight, String text) {
        add(
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\" font-weight=\"%s\">%s</text>\n",
                x, y, anchor, color, weight, text);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
