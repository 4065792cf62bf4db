"""The words of support now: its button, the desk's page and its curve."""

TITLE, LOBBY, RAW = "Support now", "Open the lobby", "The link of the lobby, to copy"
MEANS = "The lobby opens by itself. Somebody of the support team takes you to a room of your own."
COUNTED, LATER = "You are on the list: no. {number}", "You are put on the list as soon as golive can"
TOO_MANY = "You have asked several times within a minute: you are on the list already."
DOWN = "golive does not answer: nobody sees that you asked. Say in the lobby where you sit."
WRONG = "this address opens nothing here"
WRONG_TOO_OFTEN = "too many addresses that open nothing; try again later"
