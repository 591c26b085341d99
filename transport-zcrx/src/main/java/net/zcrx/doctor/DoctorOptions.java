// SPDX-License-Identifier: Apache-2.0
package net.zcrx.doctor;

import java.util.Optional;
import java.util.OptionalInt;

/** The command line of {@link Doctor}. */
final class DoctorOptions {
    Optional<String> interfaceName = Optional.empty();
    OptionalInt queue = OptionalInt.empty();
    boolean fix;
    boolean undo;
    boolean json;
    boolean help;

    static DoctorOptions parse(String[] arguments) {
        DoctorOptions options = new DoctorOptions();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--fix" -> options.fix = true;
                case "--undo" -> options.undo = true;
                case "--json" -> options.json = true;
                case "--help", "-h" -> options.help = true;
                case "--queue" -> {
                    i++;
                    options.queue = OptionalInt.of(number(i < arguments.length ? arguments[i] : ""));
                }
                default -> options.takeInterface(arguments[i]);
            }
        }
        if (options.fix && options.undo) {
            throw new IllegalArgumentException("--fix and --undo exclude each other.");
        }
        return options;
    }

    private void takeInterface(String argument) {
        if (argument.startsWith("-")) {
            throw new IllegalArgumentException("There is no option " + argument + ".");
        }
        if (interfaceName.isPresent()) {
            throw new IllegalArgumentException(
                    "One interface at a time: " + interfaceName.get() + " or " + argument + ".");
        }
        interfaceName = Optional.of(argument);
    }

    private static int number(String text) {
        if (!text.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("--queue takes the number of a queue, not \"" + text + "\".");
        }
        return Integer.parseInt(text);
    }
}
