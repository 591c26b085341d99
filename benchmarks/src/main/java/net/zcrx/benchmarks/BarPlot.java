// SPDX-License-Identifier: Apache-2.0
package net.zcrx.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.zcrx.benchmarks.Summary.Cell;

/**
 * A chart as SVG: for each group a horizontal bar for each transport, as long as the median, with a line from the least
 * to the greatest value. Each group has its label, however many there are.
 */
final class BarPlot {
    private static final int LEFT = 190;
    private static final int SCALE = 520;
    private static final int RIGHT = 200;
    private static final int TOP = 66;
    private static final int BOTTOM = 30;
    private static final int BAR = 14;
    private static final int GAP = 12;
    private static final int LEGEND = 110;
    /**
     * A range that goes beyond this share of the greatest median is drawn as an arrow: else it would dwarf the bars.
     */
    private static final double MOST_OF_MEDIAN = 1.6;

    private final Metric metric;
    private final List<Group> groups = new ArrayList<>();
    private final StringBuilder svg = new StringBuilder();

    BarPlot(Metric metric) {
        this.metric = metric;
    }

    private record Bar(Peer peer, Cell cell) {}

    private record Group(String label, List<Bar> bars) {
        int height() {
            return bars.size() * BAR + GAP;
        }
    }

    void group(String label) {
        groups.add(new Group(label, new ArrayList<>()));
    }

    /** A bar of the last group. */
    void bar(Peer peer, Cell cell) {
        groups.get(groups.size() - 1).bars().add(new Bar(peer, cell));
    }

    String draw() {
        int bottom = TOP + groups.stream().mapToInt(Group::height).sum();
        int width = LEFT + SCALE + RIGHT;
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"", width, bottom + BOTTOM);
        add(" font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"%s\">\n", metric.label());
        add("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, bottom + BOTTOM);
        text(
                16,
                22,
                "start",
                "bold",
                metric.heading() + (metric.higherIsBetter() ? ", more is better" : ", less is better"));
        legend();
        double most = most();
        axis(most, bottom);
        int y = TOP;
        for (Group group : groups) {
            text(LEFT - 8, y + (group.height() - GAP) / 2 + 4, "end", "normal", group.label());
            for (Bar bar : group.bars()) {
                bar(bar, y, most);
                y += BAR;
            }
            y += GAP;
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend() {
        List<Peer> peers = groups.stream()
                .flatMap(group -> group.bars().stream())
                .map(Bar::peer)
                .distinct()
                .sorted()
                .toList();
        for (int i = 0; i < peers.size(); i++) {
            add(
                    "<rect x=\"%d\" y=\"34\" width=\"10\" height=\"10\" fill=\"%s\"/>\n",
                    16 + i * LEGEND, color(peers.get(i)));
            text(30 + i * LEGEND, 43, "start", "normal", peers.get(i).toString());
        }
    }

    private double most() {
        double median = 0;
        double max = 0;
        for (Group group : groups) {
            for (Bar bar : group.bars()) {
                median = Math.max(median, bar.cell().median());
                max = Math.max(max, bar.cell().max());
            }
        }
        return Math.min(max, MOST_OF_MEDIAN * median);
    }

    private void axis(double most, int bottom) {
        double step = step(most);
        for (double tick = 0; tick <= most; tick += step) {
            int x = x(tick, most);
            add("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", x, TOP - 6, x, bottom);
            text(x, bottom + 16, "middle", "normal", metric.format(tick));
        }
    }

    /** 1, 2 or 5 times a power of ten, for four to nine lines. */
    private static double step(double most) {
        double power = Math.pow(10, Math.floor(Math.log10(most / 4)));
        double rest = most / 4 / power;
        return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
    }

    private void bar(Bar bar, int y, double most) {
        Cell cell = bar.cell();
        int end = x(cell.median(), most);
        add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", LEFT, y + 1, end - LEFT, BAR - 3);
        add(" fill=\"%s\"/>\n", color(bar.peer()));
        int middle = y + BAR / 2;
        int from = x(cell.min(), most);
        int to = x(cell.max(), most);
        add("<path d=\"M%d %dH%d\" stroke=\"#222\"/>\n", from, middle, to);
        add("<path d=\"M%d %dv6\" stroke=\"#222\"/>\n", from, middle - 3);
        add(
                cell.max() > most
                        ? "<path d=\"M%d %dl5 3l-5 3\" stroke=\"#222\" fill=\"none\"/>\n"
                        : "<path d=\"M%d %dv6\" stroke=\"#222\"/>\n",
                cell.max() > most ? to - 5 : to,
                middle - 3);
        text(LEFT + SCALE + 12, y + BAR - 4, "start", "normal", Report.cell(metric, cell));
    }

    private static int x(double value, double most) {
        return LEFT + (int) Math.round(SCALE * Math.min(value, most) / most);
    }

    private static String color(Peer peer) {
        return switch (peer) {
            case NIO -> "#b0b0b0";
            case EPOLL -> "#5b8fd6";
            case IO_URING -> "#e3a33b";
            case IO_URING_RING -> "#9a6fc0";
            case INCUBATOR -> "#8a8a5c";
            case ZCRX -> "#2e9e4f";
        };
    }

    private void text(int x, int y, String anchor, String weight, String text) {
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-weight=\"%s\">%s</text>\n", x, y, anchor, weight, text);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
