package io.github.glimpse.answer;

/** Counter of examined characters, from which tests derive that the work is linear in the answer. */
final class Work {

    private long examined;

    void examine(int characters) {
        examined += characters;
    }

    long examined() {
        return examined;
    }
}
