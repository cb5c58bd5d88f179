package io.github.glimpse.generate;

import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Visual;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Turns of a conversation and where its newest message begins: the last one of the user with what follows it. What comes before
 * is history, and may be left out.
 *
 * @param turns all of it
 * @param newest index of the newest message; 0 if the user says nothing
 */
public record Conversation(List<ChatTurn> turns, int newest) {

    /** Copies the list. */
    public Conversation {
        turns = List.copyOf(turns);
    }

    /** A conversation with its newest message found. */
    public static Conversation of(List<ChatTurn> turns) {
        int last = turns.size() - 1;
        while (last > 0 && turns.get(last).role() != Role.USER) {
            last--;
        }
        return new Conversation(turns, Math.max(last, 0));
    }

    /** Pictures and videos from the newest message on. */
    int newestPictures() {
        return count(turns.subList(newest, turns.size()), Visual.class::isInstance);
    }

    /**
     * The history in stretches that are left out as a whole: a message of the user with all that follows it, and what stands
     * before the first one. System messages are in none.
     *
     * @return indices of turns, the oldest stretch first
     */
    List<List<Integer>> exchanges() {
        List<List<Integer>> exchanges = new ArrayList<>();
        for (int i = 0; i < newest; i++) {
            Role role = turns.get(i).role();
            if (role == Role.SYSTEM) {
                continue;
            }
            if (role == Role.USER || exchanges.isEmpty()) {
                exchanges.add(new ArrayList<>());
            }
            exchanges.get(exchanges.size() - 1).add(i);
        }
        return exchanges;
    }

    /**
     * Where a picture stands.
     *
     * @param turn index of its turn
     * @param part index in it
     */
    record Place(int turn, int part) {}

    /** The same with notes for those pictures of the history that {@code gone} names; asked for the latest first. */
    Conversation withoutPictures(BiPredicate<Place, Visual> gone) {
        List<ChatTurn> changed = new ArrayList<>(turns);
        for (int i = newest - 1; i >= 0; i--) {
            List<Part> parts = new ArrayList<>(turns.get(i).parts());
            for (int k = parts.size() - 1; k >= 0; k--) {
                if (parts.get(k) instanceof Visual picture && gone.test(new Place(i, k), picture)) {
                    parts.set(k, LeftOut.PICTURE);
                }
            }
            changed.set(i, turns.get(i).withParts(parts));
        }
        return new Conversation(changed, newest);
    }

    /** Without history; system messages stay. */
    Conversation alone() {
        return without(exchanges().stream().flatMap(List::stream).collect(Collectors.toSet()));
    }

    /** The same without some turns of the history. */
    Conversation without(Set<Integer> indices) {
        List<ChatTurn> left = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            if (!indices.contains(i)) {
                left.add(turns.get(i));
            }
        }
        return new Conversation(left, newest - indices.size());
    }

    /** What this lost since it came in as {@code whole}, in which something may have been left out before. */
    HistoryReport lossOf(List<ChatTurn> whole) {
        int pictures = count(whole, part -> part instanceof Visual || part == LeftOut.PICTURE)
                - count(turns, Visual.class::isInstance);
        int attachments = count(whole, part -> part == LeftOut.ATTACHMENT);
        return new HistoryReport(pictures, attachments, whole.size() - turns.size());
    }

    private static int count(List<ChatTurn> turns, Predicate<Part> which) {
        return Math.toIntExact(turns.stream()
                .flatMap(turn -> turn.parts().stream())
                .filter(which)
                .count());
    }
}
