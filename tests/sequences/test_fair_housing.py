"""Phrases that steer are found; words that only look like them are not."""

import pytest

from engine.sequences.fair_housing import steering_phrases

STEERS = """
A family-friendly street
Great family neighborhood
family oriented community
kid friendly cul-de-sac
Perfect place to raise a family
a wonderful area to raise your kids
no children please
adults only building
adult community
Good schools nearby
top-rated schools
highly ranked elementary schools
award winning school
best schools in the county
school ratings are high
ideal for empty nesters
do you have kids?
how many children will live there
Perfect for a growing family
perfect for young couples
great for retirees
ideal for newlyweds
suited for young professionals
best for singles
seeking mature adults
bachelor pad
married couples preferred
couples only
Christians welcome
people like you live here
your kind of neighbors
like-minded neighbors
you will fit right in with the neighbors
traditional family values
safe neighborhood
a very safe area
the area is safe
low-crime suburb
low crime
crime rates are down
away from the bad parts of town
dangerous neighborhood
safe for kids
quiet neighborhood
exclusive neighborhood
exclusive community
peaceful community
prestigious area
respectable neighborhood
an up-and-coming neighborhood
diverse neighborhood
tight-knit community
working-class neighborhood
affluent area
what kind of people live there
the demographics are changing
predominantly white area
mostly Hispanic neighborhood
an Asian community
Jewish neighborhood
Latino families
historically black neighborhood
ethnic enclave
English-speaking tenants
no immigrants
citizens only
gay-friendly area
walk to church
walking distance to the synagogue
close to the mosque
near St. Mary's Cathedral
steps from the temple
church nearby
Christian home
a kosher kitchen household
able-bodied only
no wheelchairs
not suitable for handicapped
must be employed
no section 8
vouchers not accepted
no emotional support animals
senior community
active adult living
young vibe
Un vecindario seguro
zona tranquila
buenas escuelas
perfecto para familias
ideal para parejas
para criar a sus hijos
solo adultos
cerca de la iglesia
FAMILY\u200b-FRIENDLY
fámily friendly
a safe\u00a0neighborhood
""".strip().splitlines()

FINE = """
single-family home
a single family house with a family room
multi-family building, two units
a three-family in good condition
large family room and den
safe deposit box at closing
to be on the safe side, bring the letter
walk-in closet and walk-out basement
walk to the bus stop
walking distance to the park
the house on Church Street
12 Church Hill Road
3 bedrooms, 2 baths, 1,850 square feet
master bedroom on the first floor
mother-in-law suite above the garage
quiet dishwasher and new windows
a quiet street with two parking spaces
school bond on the tax bill
near School Street
great kitchen, good condition
perfect for your budget
great for a home office
ideal for parking two cars
best price in this ZIP
exclusive listing, signed yesterday
private backyard and private entrance
a good investment
wheelchair ramp at the side door
accessible bathroom with grab bars
the community pool opens in May
HOA dues cover the community center
white cabinets and a black stove
an Indian summer sale price
colonial style, built 1962
Spanish tiles and a Mexican fountain
a French door to the patio
the temple-white trim was redone
new sellers in the area
homes in the area sold for more
what matters to you in a home?
call me when your family has talked it over
give my best to your family
race you to the open house price drop? no: offers by Monday
senior loan officer
the young trees were planted last year
a mature oak in the yard
crown molding and secure door locks
secure your rate today
the alarm keeps the garage secure
a chapel-style ceiling
old mission style façade
casa con tres recámaras y buen precio
una zona con muchos árboles
""".strip().splitlines()


@pytest.mark.parametrize("phrase", STEERS)
def test_a_phrase_that_steers_is_found(phrase):
    assert steering_phrases(f"Jorge here. {phrase}. Shall we talk?")


KNOWN_STRICT = {"race you to the open house price drop? no: offers by Monday"}


@pytest.mark.parametrize("phrase", [phrase for phrase in FINE if phrase not in KNOWN_STRICT])
def test_a_near_miss_passes(phrase):
    assert steering_phrases(f"Jorge here. {phrase}. Shall we talk?") == ()


@pytest.mark.parametrize("phrase", sorted(KNOWN_STRICT))
def test_some_harmless_words_are_refused_all_the_same(phrase):
    """“Race” has no place in a text about a home, whatever it means there: the writer is asked for another word."""
    assert steering_phrases(phrase)


def test_names_of_people_and_firms_describe_nobody():
    words = "Hi Christian, Jorge with Safe Area Family Community Realty. Any news?"
    assert steering_phrases(words, names=("Safe Area Family Community Realty", "Jorge", "Christian")) == ()
    assert steering_phrases(words)


def test_the_subject_is_told():
    assert steering_phrases("good schools") == (("families and children", "good schools"),)
