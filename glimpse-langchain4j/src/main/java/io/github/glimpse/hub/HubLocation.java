package io.github.glimpse.hub;

import io.github.glimpse.ModelFilesException;
import java.util.regex.Pattern;

/**
 * A repository on a model hub and a version of it: {@code hf:owner/name[@revision]}.
 *
 * @param owner a user or an organisation
 * @param name the repository's own name
 * @param revision a branch, a tag, a pull request ({@code refs/pr/1}) or a commit
 */
record HubLocation(String owner, String name, String revision) {

    static final String PREFIX = "hf:";

    private static final String DEFAULT_REVISION = "main";
    private static final String FORM = "; write hf:owner/name or hf:owner/name@revision";
    private static final int LONGEST_NAME = 96;
    private static final int LONGEST_REVISION = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._/+-]*[A-Za-z0-9_+-])?");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /**
     * Takes a location apart. All parts become names of folders and parts of URLs, so only harmless ones are let in.
     *
     * @throws ModelFilesException if it does not have this form
     */
    static HubLocation parse(String location) {
        String text = location.substring(PREFIX.length());
        int at = text.indexOf('@');
        String repository = at < 0 ? text : text.substring(0, at);
        String revision = at < 0 ? DEFAULT_REVISION : text.substring(at + 1);
        String[] parts = repository.split("/", -1);
        if (parts.length != 2) {
            throw new ModelFilesException("'" + location + "' does not name a repository" + FORM);
        }
        for (String part : parts) {
            if (!NAME.matcher(part).matches()
                    || part.length() > LONGEST_NAME
                    || part.contains("--")
                    || part.contains("..")
                    || part.endsWith(".git")) {
                throw new ModelFilesException(
                        "'" + location + "': '" + part + "' is no name on the hub (letters, digits,"
                                + " '-', '_' and '.', at most " + LONGEST_NAME + ", no '--' or '..')" + FORM);
            }
        }
        if (!isRevision(revision)) {
            throw new ModelFilesException("'" + location + "': '" + revision + "' is no branch, tag or commit" + FORM);
        }
        return new HubLocation(parts[0], parts[1], revision);
    }

    private static boolean isRevision(String revision) {
        return REVISION.matcher(revision).matches()
                && revision.length() <= LONGEST_REVISION
                && !revision.contains("..")
                && !revision.contains("//")
                && !revision.contains("/.")
                && !revision.endsWith(".lock");
    }

    /** Whether this is the full name of a commit, as refs and answers of the hub have it. */
    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** Whether the revision is one commit, whose files can never change. */
    boolean isPinned() {
        return isCommit(revision);
    }

    /** Owner and name, as in addresses. */
    String repository() {
        return owner + "/" + name;
    }

    @Override
    public String toString() {
        return repository() + "@" + revision;
    }
}
