// SPDX-License-Identifier: Apache-2.0
package net.zcrx;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Finds the functions of a C file by its braces, which is enough for C that is indented as a person reads it. */
final class CFunctions {
    private static final Pattern COMMENT_OR_LITERAL =
            Pattern.compile("/\\*.*?\\*/|//[^\n]*|\"(\\\\.|[^\"\\\\])*\"|'(\\\\.|[^'\\\\])*'", Pattern.DOTALL);
    private static final Pattern DIRECTIVE = Pattern.compile("^[ \t]*#(\\\\\n|[^\n])*", Pattern.MULTILINE);

    private static final UnaryOperator<String> ITS_NEWLINES =
            text -> "\n".repeat((int) text.chars().filter(c -> c == '\n').count());

    /**
     * A function.
     *
     * @param head its return type, name and parameters
     * @param line where it begins, from 1
     * @param lines from the return type to the closing brace
     */
    record Function(String head, int line, int lines) {}

    private final List<Function> functions = new ArrayList<>();
    private final StringBuilder head = new StringBuilder();
    private int depth;
    private int line = 1;
    /** Of the declaration that {@link #head} begins. */
    private int begin;

    private CFunctions() {}

    static List<Function> of(String source) {
        String code = blank(DIRECTIVE, blank(COMMENT_OR_LITERAL, source));
        CFunctions reader = new CFunctions();
        code.chars().forEach(c -> reader.read((char) c));
        return reader.functions;
    }

    /** Leaves nothing of what matches but its line ends, so that lines keep their numbers. */
    private static String blank(Pattern pattern, String source) {
        return pattern.matcher(source).replaceAll(match -> ITS_NEWLINES.apply(match.group()));
    }

    private void read(char c) {
        if (c == '\n') {
            line++;
        }
        if (c == '{') {
            depth++;
        } else if (c == '}') {
            depth--;
            if (depth == 0) {
                endBlock();
            }
        } else if (depth == 0) {
            readHead(c);
        }
    }

    private void readHead(char c) {
        if (c == ';') {
            head.setLength(0);
        } else if (head.length() > 0 || !Character.isWhitespace(c)) {
            if (head.length() == 0) {
                begin = line;
            }
            head.append(c);
        }
    }

    /** Parameters make it a function. What else has braces is a type, or the value of a variable. */
    private void endBlock() {
        String text = head.toString().strip().replaceAll("\\s+", " ");
        if (text.endsWith(")") && text.indexOf('=') < 0) {
            functions.add(new Function(text, begin, line - begin + 1));
        }
        head.setLength(0);
    }
}
