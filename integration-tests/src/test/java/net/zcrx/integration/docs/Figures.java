// SPDX-License-Identifier: Apache-2.0
package net.zcrx.integration.docs;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The ratios of one campaign, or of the newest one that has a pattern, as benchmarks/RESULTS.md has them. */
final class Figures {
    private static final Pattern INTERVAL = Pattern.compile("([0-9.]+) to ([0-9.]+)");

    /** The campaigns that docs/performance.md and README.md quote. */
    static final Figures BBR = new Figures(
            "Copying over loopback, BBR, kernel 6.18.44-fc-v857", "Copying over loopback, BBR, kernel 6.18.44-fc-v595");

    static final Figures CUBIC = new Figures(
            "Copying over loopback, CUBIC, kernel 6.18.44-fc-v857",
            "Copying over loopback, CUBIC, kernel 6.18.44-fc-v595");
    /** Of an older build, on another machine. */
    static final Figures OLDER_BBR = new Figures("Copying over loopback, BBR, kernel 6.18.44-fc-v509");

    static final Figures OLDER_CUBIC = new Figures("Copying over loopback, CUBIC, kernel 6.18.44-fc-v509");
    static final Figures OLDER_ECHO = new Figures("Copying over loopback, BBR, kernel 6.18.44-fc-v657");
    static final Figures VM = new Figures("Zero copy, in the virtual machine");

    private final List<List<Ratio>> campaigns;

    private Figures(String... sectionsNewestFirst) {
        campaigns = Stream.of(sectionsNewestFirst).map(Figures::ratios).toList();
    }

    private static List<Ratio> ratios(String section) {
        return Markdown.of("benchmarks/RESULTS.md").rows(section).stream()
                .filter(row -> row.size() >= 7 && INTERVAL.matcher(row.get(4)).matches())
                .map(Ratio::of)
                .toList();
    }

    /** Those of a pattern, or of all patterns that begin so if it ends with a star. */
    List<Ratio> of(String pattern, String metric) {
        return campaigns.stream()
                .map(ratios -> of(ratios, pattern, metric))
                .filter(ratios -> !ratios.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static List<Ratio> of(List<Ratio> ratios, String pattern, String metric) {
        return ratios.stream()
                .filter(ratio -> ratio.metric.equals(metric))
                .filter(ratio -> pattern.endsWith("*")
                        ? ratio.pattern.startsWith(pattern.substring(0, pattern.length() - 1))
                        : ratio.pattern.equals(pattern))
                .toList();
    }

    /**
     * zcrx divided by others.
     *
     * @param isNoisy whether the machine was too noisy for a verdict
     */
    record Ratio(String pattern, String metric, double median, double low, double high, boolean isNoisy) {
        private static Ratio of(List<String> row) {
            Matcher interval = INTERVAL.matcher(row.get(4));
            if (!interval.matches()) {
                throw new IllegalArgumentException(row.toString());
            }
            return new Ratio(
                    row.get(0),
                    row.get(1),
                    Double.parseDouble(row.get(3)),
                    Double.parseDouble(interval.group(1)),
                    Double.parseDouble(interval.group(2)),
                    row.get(6).startsWith("no verdict"));
        }

        boolean isBetter() {
            return isHigherBetter() ? low > 1 : high < 1;
        }

        boolean isWorse() {
            return isHigherBetter() ? high < 1 : low > 1;
        }

        private boolean isHigherBetter() {
            return metric.equals("throughput") || metric.equals("requests");
        }

        /** As a cell of a table: bold where it is better, in italics where it is worse, if the interval tells. */
        String cell() {
            String around = isNoisy ? "" : isBetter() ? "**" : isWorse() ? "*" : "";
            return String.format(
                    Locale.ROOT, "%s%.2f%s (%.2f–%.2f)%s", around, median, around, low, high, isNoisy ? " †" : "");
        }
    }
}
