package example.workflow;

/** A step that would not succeed however often it is tried. */
final class Declined extends Exception {

    Declined(String why) {
        super(why);
    }
}
