package io.github.glimpse.hub;

import java.util.Set;

/**
 * The files of a repository at one commit.
 *
 * @param commit 40 hexadecimal digits
 * @param files names of the files in the root; those in folders are left out
 */
record RepositoryListing(String commit, Set<String> files) {

    RepositoryListing {
        files = Set.copyOf(files);
    }

    boolean has(String file) {
        return files.contains(file);
    }
}
