package io.github.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of rooms that contributors read is the one that the build holds them to. */
class RoomTableTest {

    private static final Pattern ROW = Pattern.compile("\\| (\\d) \\| `([a-z.]+)` \\|[^|]*\\|([^|]*)\\|");
    private static final Pattern LEVELS = Pattern.compile("levels 1 to (\\d)");
    private static final Pattern NAME = Pattern.compile("`([a-z.]+)`");

    private record Room(int level, Set<String> known) {}

    private static Map<String, Room> table() throws IOException {
        Path page = Path.of(System.getProperty("glimpse.basedir", "..")).resolve("CONTRIBUTING.md");
        List<Matcher> rows = Files.readAllLines(page).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .toList();
        Map<String, Room> rooms = new LinkedHashMap<>();
        for (Matcher row : rows) {
            Set<String> known = new TreeSet<>();
            Matcher levels = LEVELS.matcher(row.group(3));
            if (levels.find()) {
                rows.stream()
                        .filter(other -> other.group(1).compareTo(levels.group(1)) <= 0)
                        .map(other -> other.group(2))
                        .filter(name -> !name.contains("."))
                        .forEach(known::add);
            }
            NAME.matcher(row.group(3)).results().forEach(name -> known.add(name.group(1)));
            rooms.put(row.group(2), new Room(Integer.parseInt(row.group(1)), known));
        }
        return rooms;
    }

    @Test
    void contributingShowsTheRoomsThatTheBuildKeepsApart() throws IOException {
        Map<String, Set<String>> shown = new TreeMap<>();
        table().forEach((name, room) -> shown.put(name, room.known()));
        Map<String, Set<String>> kept = new TreeMap<>();
        ArchitectureTest.ROOMS.forEach((name, known) -> kept.put(name, new TreeSet<>(known)));

        assertThat(shown).isEqualTo(kept);
    }

    @Test
    void everyPackageWithClassesLiesInARoomOfTheTable() throws IOException {
        Path library = Path.of("src/main/java/io/github/glimpse");
        List<String> packages = new ArrayList<>();
        try (Stream<Path> files = Files.walk(library)) {
            files.filter(file -> file.getFileName().toString().equals("package-info.java"))
                    .map(file -> library.relativize(file.getParent()).toString().replace('/', '.'))
                    .filter(name -> !name.isEmpty())
                    .forEach(packages::add);
        }
        Set<String> rooms = table().keySet();

        assertThat(packages)
                .allMatch(name -> rooms.stream().anyMatch(room -> name.equals(room) || name.startsWith(room + ".")));
        assertThat(rooms).allMatch(packages::contains);
    }

    @Test
    void noRoomKnowsOneAboveIt() throws IOException {
        Map<String, Room> rooms = table();

        for (Map.Entry<String, Room> one : rooms.entrySet()) {
            for (Map.Entry<String, Room> other : rooms.entrySet()) {
                if (one.getValue().known().contains(other.getKey())) {
                    assertThat(other.getValue().level())
                            .as(one.getKey() + " knows " + other.getKey())
                            .isLessThanOrEqualTo(one.getValue().level());
                }
            }
        }
    }
}
