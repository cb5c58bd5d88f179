package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The guide's table of what a strategy can ask for against the code. */
class ReadoutGuideTest {

    private static final Path GUIDE =
            Path.of(System.getProperty("glimpse.basedir", ".."), "docs", "guide", "extending.md");

    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)\\(");

    @Test
    void theGuideListsEveryKindOfEvidenceAndNoOther() throws IOException {
        List<String> lines = Files.readAllLines(GUIDE);
        int header = lines.indexOf("| request | what comes | when |");
        Set<String> listed = lines.subList(header + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(1, line.indexOf("|", 1)))
                .map(NAME::matcher)
                .flatMap(Matcher::results)
                .map(found -> found.group(1))
                .collect(Collectors.toSet());

        Set<String> kinds = Arrays.stream(EvidenceRequest.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toSet());
        assertThat(listed).isEqualTo(kinds);
    }
}
