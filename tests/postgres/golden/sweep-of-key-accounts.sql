WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'key-accounts'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
customer_once AS MATERIALIZED /* the facts of each customer that a touch is about */ (
  SELECT customers.id AS subject_id,
  customers.store_id AS store_id,
  customers.id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(customers.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  days_here.last AS day,
  timezone(stores.time_zone, days_here.last + '00:00:00') AS anchor_at,
  timezone(
    stores.time_zone, CAST(days_here.last + make_interval(:make_interval, :make_interval) AS DATE) + '00:00:00'
  ) AS "twelve-months-away",
  timezone(
    stores.time_zone, CAST(days_here.last + make_interval(:make_interval, :make_interval) AS DATE) + '00:00:00'
  ) AS "fifteen-months-away",
  EXISTS (
    SELECT :param AS anon_5
    FROM appointments
    WHERE appointments.customer_id = customers.id
    AND appointments.starts_at > :param
    AND coalesce(appointments.booked_at, appointments.requested_at, :param) <= :param
    AND NOT (
      appointments.status = 'cancelled' AND (appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param)
    )
    AND NOT (
      appointments.status IN ('arrived', 'completed')
      AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
      OR coalesce(appointments.arrived_at <= :param, FALSE)
    )
  ) AS booked,
  (
    EXISTS (SELECT :param AS anon_6 FROM vehicles WHERE vehicles.customer_id = customers.id)
  )
  AND NOT (
    EXISTS (
      SELECT :param AS anon_7
      FROM vehicles
      WHERE vehicles.customer_id = customers.id
      AND (vehicles.disposed_on IS NULL OR vehicles.disposed_on > stores.today)
    )
  ) AS cars_sold,
  accounts.last AS last_personal,
  timezone(
    stores.time_zone,
    CAST(
      date_trunc(
        'month',
        CAST(
          CAST(
            CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
          ) AS TIMESTAMP WITHOUT TIME ZONE
        )
      ) AS DATE
    ) + '00:00:00'
  ) AS "a-month-after-contact",
  timezone(
    stores.time_zone,
    CAST(
      date_trunc(
        'month',
        CAST(
          CAST(
            CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
          ) AS TIMESTAMP WITHOUT TIME ZONE
        )
      ) AS DATE
    ) + '00:00:00'
  ) AS "two-months-after-contact",
  timezone(
    stores.time_zone,
    CAST(
      date_trunc(
        'month',
        CAST(
          CAST(
            CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
          ) AS TIMESTAMP WITHOUT TIME ZONE
        )
      ) AS DATE
    ) + '00:00:00'
  ) AS "three-months-after-contact",
  coalesce(starts_with(lower(trim(customers.level)), 'vip'), FALSE)
  OR coalesce(accounts.sent, :coalesce) >= :coalesce AS vip,
  lower(trim(customers.level)) AS level,
  (
    SELECT nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS nullif_3
    FROM vehicles
    WHERE vehicles.customer_id = customers.id
    AND vehicles.disposed_on IS NULL
    ORDER BY vehicles.model_year DESC NULLS LAST,
    vehicles.id DESC
    LIMIT :param
  ) AS vehicle
  FROM customers
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = customers.store_id
  JOIN LATERAL (
    SELECT least(
      (
        SELECT min(anon_8.day) AS min_1
        FROM (
          SELECT appointments.customer_id AS customer_id,
          CAST(
            timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
          ) AS day
          FROM appointments
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = appointments.store_id
          WHERE (
            appointments.status IN ('arrived', 'completed')
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            OR coalesce(appointments.arrived_at <= :param, FALSE)
          )
          AND CAST(
            timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
          ) <= stores.today
        ) AS anon_8
        WHERE anon_8.customer_id = customers.id
      ),
      (
        SELECT min(anon_9.day) AS min_2
        FROM (
          SELECT repair_orders.customer_id AS customer_id,
          coalesce(repair_orders.opened_on, repair_orders.closed_on) AS day
          FROM repair_orders
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = repair_orders.store_id
          WHERE coalesce(repair_orders.opened_on, repair_orders.closed_on) <= stores.today
        ) AS anon_9
        WHERE anon_9.customer_id = customers.id
      ),
      (
        SELECT min(anon_10.day) AS min_3
        FROM (
          SELECT handovers.customer_id AS customer_id,
          handovers.handed_over_on AS day
          FROM handovers
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = handovers.store_id
          WHERE handovers.handed_over_on <= stores.today
        ) AS anon_10
        WHERE anon_10.customer_id = customers.id
      )
    ) AS first,
    greatest(
      (
        SELECT max(anon_8.day) AS max_1
        FROM (
          SELECT appointments.customer_id AS customer_id,
          CAST(
            timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
          ) AS day
          FROM appointments
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = appointments.store_id
          WHERE (
            appointments.status IN ('arrived', 'completed')
            AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
            OR coalesce(appointments.arrived_at <= :param, FALSE)
          )
          AND CAST(
            timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
          ) <= stores.today
        ) AS anon_8
        WHERE anon_8.customer_id = customers.id
      ),
      (
        SELECT max(anon_9.day) AS max_2
        FROM (
          SELECT repair_orders.customer_id AS customer_id,
          coalesce(repair_orders.opened_on, repair_orders.closed_on) AS day
          FROM repair_orders
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = repair_orders.store_id
          WHERE coalesce(repair_orders.opened_on, repair_orders.closed_on) <= stores.today
        ) AS anon_9
        WHERE anon_9.customer_id = customers.id
      ),
      (
        SELECT max(anon_10.day) AS max_3
        FROM (
          SELECT handovers.customer_id AS customer_id,
          handovers.handed_over_on AS day
          FROM handovers
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = handovers.store_id
          WHERE handovers.handed_over_on <= stores.today
        ) AS anon_10
        WHERE anon_10.customer_id = customers.id
      )
    ) AS last
    LIMIT ALL OFFSET :param
  ) AS days_here ON true
  JOIN LATERAL (
    SELECT coalesce(
      greatest(
        greatest(
          (
            SELECT max(call_attempts.attempted_at) AS max_4
            FROM call_attempts
            JOIN touches ON touches.id = call_attempts.touch_id
            WHERE touches.customer_id = customers.id
            AND call_attempts.outcome IN (
              'refuses-to-pay',
              'reached-satisfied',
              'reached-not-satisfied',
              'reached',
              'promised',
              'refuses-contact',
              'callback',
              'done-elsewhere',
              'interested',
              'lost',
              'order-placed',
              'postponed',
              'test-drive-agreed',
              'not-any-more',
              'wants-trade-in'
            )
            AND call_attempts.attempted_at <= :param
          ),
          (
            SELECT max(replies.received_at) AS max_5
            FROM replies
            WHERE replies.customer_id = customers.id
            AND replies.received_at <= :param
          ),
          (
            SELECT max(appointments.arrived_at) AS max_6
            FROM appointments
            WHERE appointments.customer_id = customers.id
            AND appointments.arrived_at <= :param
          )
        ),
        (
          SELECT max(timezone(stores.time_zone, staff_visits.done_on + '00:00:00')) AS max_7
          FROM staff_visits
          JOIN touches ON touches.id = staff_visits.touch_id
          JOIN stores ON stores.id = touches.store_id
          WHERE touches.customer_id = customers.id
          AND timezone(stores.time_zone, staff_visits.done_on + '00:00:00') <= :param
        )
      ),
      customers.created_at
    ) AS last,
    (
      SELECT anon_11.referrals
      FROM (
        SELECT leads.referred_by_id AS customer_id,
        count(*) AS referrals
        FROM leads
        JOIN (
          SELECT stores.id AS id,
          stores.time_zone AS time_zone,
          stores.language AS language,
          stores.name AS name,
          stores.phone AS phone,
          CAST(timezone(stores.time_zone, :param) AS DATE) AS today
          FROM stores
          LIMIT ALL OFFSET :param
        ) AS stores ON stores.id = leads.store_id
        WHERE leads.referred_by_id IS NOT NULL
        AND leads.created_on <= stores.today
        AND CAST(leads.created_on + make_interval(:make_interval, :make_interval) AS DATE) > stores.today
        GROUP BY leads.referred_by_id
      ) AS anon_11
      WHERE anon_11.customer_id = customers.id
    ) AS sent
    LIMIT ALL OFFSET :param
  ) AS accounts ON true
  WHERE customers.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'customer', FALSE)
  )
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'customer'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('nothing-booked' = ANY (open_touches.conditions) AND customer_now.booked) THEN 'appointment-ahead'
      WHEN ('keeps-a-car' = ANY (open_touches.conditions) AND customer_now.cars_sold) THEN 'all-cars-sold'
      WHEN ('is-vip' = ANY (open_touches.conditions) AND NOT customer_now.vip) THEN 'not-a-vip'
      WHEN (
        'of-level-1' = ANY (open_touches.conditions)
        AND (
          customer_now.vip OR coalesce((customer_now.level NOT IN ('1', 'level 1', '一级')), TRUE)
        )
      ) THEN 'not-of-level-one'
      WHEN (
        'of-level-2' = ANY (open_touches.conditions)
        AND (
          customer_now.vip OR coalesce((customer_now.level NOT IN ('2', 'level 2', '二级')), TRUE)
        )
      ) THEN 'not-of-level-two' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year
                    FROM timezone(
                      customer_now.time_zone,
                      CASE
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                      ) THEN customer_now."twelve-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                      ) THEN customer_now."fifteen-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                      ) THEN customer_now."a-month-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                      ) THEN customer_now."two-months-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                      ) THEN customer_now."three-months-after-contact"
                      ELSE customer_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month
                FROM timezone(
                  customer_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                  ) THEN customer_now."fifteen-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                  ) THEN customer_now."a-month-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                  ) THEN customer_now."two-months-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                  ) THEN customer_now."three-months-after-contact"
                  ELSE customer_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(customer_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day
                FROM timezone(
                  customer_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                  ) THEN customer_now."fifteen-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                  ) THEN customer_now."a-month-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                  ) THEN customer_now."two-months-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                  ) THEN customer_now."three-months-after-contact"
                  ELSE customer_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                customer_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                WHEN ((open_touches.series ->> 'counts_from') = 'fifteen-months-away') THEN customer_now."fifteen-months-away"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                ) THEN customer_now."a-month-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                ) THEN customer_now."two-months-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                ) THEN customer_now."three-months-after-contact"
                ELSE customer_now.anchor_at END
              ) AS DATE
            )
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        customer_now.time_zone,
                        CASE
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                        ) THEN customer_now."twelve-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                        ) THEN customer_now."fifteen-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                        ) THEN customer_now."a-month-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                        ) THEN customer_now."two-months-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                        ) THEN customer_now."three-months-after-contact"
                        ELSE customer_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    customer_now.time_zone,
                    CASE
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                    ) THEN customer_now."twelve-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                    ) THEN customer_now."fifteen-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                    ) THEN customer_now."a-month-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                    ) THEN customer_now."two-months-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                    ) THEN customer_now."three-months-after-contact"
                    ELSE customer_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day
                  FROM timezone(
                    customer_now.time_zone,
                    CASE
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                    ) THEN customer_now."twelve-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                    ) THEN customer_now."fifteen-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                    ) THEN customer_now."a-month-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                    ) THEN customer_now."two-months-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                    ) THEN customer_now."three-months-after-contact"
                    ELSE customer_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                timezone(
                  customer_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                  ) THEN customer_now."fifteen-months-away"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                  ) THEN customer_now."a-month-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                  ) THEN customer_now."two-months-after-contact"
                  WHEN (
                    (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                  ) THEN customer_now."three-months-after-contact"
                  ELSE customer_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
        WHEN ((open_touches.series ->> 'counts_from') = 'fifteen-months-away') THEN customer_now."fifteen-months-away"
        WHEN ((open_touches.series ->> 'counts_from') = 'a-month-after-contact') THEN customer_now."a-month-after-contact"
        WHEN ((open_touches.series ->> 'counts_from') = 'two-months-after-contact') THEN customer_now."two-months-after-contact"
        WHEN ((open_touches.series ->> 'counts_from') = 'three-months-after-contact') THEN customer_now."three-months-after-contact"
        ELSE customer_now.anchor_at END
        ELSE timezone(
          customer_now.time_zone,
          timezone(
            customer_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
            WHEN ((open_touches.series ->> 'counts_from') = 'fifteen-months-away') THEN customer_now."fifteen-months-away"
            WHEN ((open_touches.series ->> 'counts_from') = 'a-month-after-contact') THEN customer_now."a-month-after-contact"
            WHEN ((open_touches.series ->> 'counts_from') = 'two-months-after-contact') THEN customer_now."two-months-after-contact"
            WHEN (
              (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
            ) THEN customer_now."three-months-after-contact"
            ELSE customer_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      customer_now.time_zone,
                      CASE
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                      ) THEN customer_now."twelve-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                      ) THEN customer_now."fifteen-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                      ) THEN customer_now."a-month-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                      ) THEN customer_now."two-months-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                      ) THEN customer_now."three-months-after-contact"
                      ELSE customer_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      customer_now.time_zone,
                      CASE
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                      ) THEN customer_now."twelve-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                      ) THEN customer_now."fifteen-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                      ) THEN customer_now."a-month-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                      ) THEN customer_now."two-months-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                      ) THEN customer_now."three-months-after-contact"
                      ELSE customer_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    customer_now.time_zone,
                    CASE
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                    ) THEN customer_now."twelve-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                    ) THEN customer_now."fifteen-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                    ) THEN customer_now."a-month-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                    ) THEN customer_now."two-months-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                    ) THEN customer_now."three-months-after-contact"
                    ELSE customer_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      customer_now.time_zone,
                      CASE
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                      ) THEN customer_now."twelve-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                      ) THEN customer_now."fifteen-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                      ) THEN customer_now."a-month-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                      ) THEN customer_now."two-months-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                      ) THEN customer_now."three-months-after-contact"
                      ELSE customer_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      customer_now.time_zone,
                      CASE
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                      ) THEN customer_now."twelve-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                      ) THEN customer_now."fifteen-months-away"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                      ) THEN customer_now."a-month-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                      ) THEN customer_now."two-months-after-contact"
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                      ) THEN customer_now."three-months-after-contact"
                      ELSE customer_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    customer_now.time_zone,
                    CASE
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                    ) THEN customer_now."twelve-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                    ) THEN customer_now."fifteen-months-away"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                    ) THEN customer_now."a-month-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                    ) THEN customer_now."two-months-after-contact"
                    WHEN (
                      (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                    ) THEN customer_now."three-months-after-contact"
                    ELSE customer_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(
                customer_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                WHEN ((open_touches.series ->> 'counts_from') = 'fifteen-months-away') THEN customer_now."fifteen-months-away"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                ) THEN customer_now."a-month-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                ) THEN customer_now."two-months-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                ) THEN customer_now."three-months-after-contact"
                ELSE customer_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              customer_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                              ) THEN customer_now."twelve-months-away"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                              ) THEN customer_now."fifteen-months-away"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                              ) THEN customer_now."a-month-after-contact"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                              ) THEN customer_now."two-months-after-contact"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                              ) THEN customer_now."three-months-after-contact"
                              ELSE customer_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        customer_now.time_zone,
                        CASE
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                        ) THEN customer_now."twelve-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                        ) THEN customer_now."fifteen-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                        ) THEN customer_now."a-month-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                        ) THEN customer_now."two-months-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                        ) THEN customer_now."three-months-after-contact"
                        ELSE customer_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              customer_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                              ) THEN customer_now."twelve-months-away"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                              ) THEN customer_now."fifteen-months-away"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                              ) THEN customer_now."a-month-after-contact"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                              ) THEN customer_now."two-months-after-contact"
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                              ) THEN customer_now."three-months-after-contact"
                              ELSE customer_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(customer_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          customer_now.time_zone,
                          CASE
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                          ) THEN customer_now."twelve-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                          ) THEN customer_now."fifteen-months-away"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                          ) THEN customer_now."a-month-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                          ) THEN customer_now."two-months-after-contact"
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                          ) THEN customer_now."three-months-after-contact"
                          ELSE customer_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(customer_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        customer_now.time_zone,
                        CASE
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'twelve-months-away'
                        ) THEN customer_now."twelve-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'fifteen-months-away'
                        ) THEN customer_now."fifteen-months-away"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                        ) THEN customer_now."a-month-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                        ) THEN customer_now."two-months-after-contact"
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                        ) THEN customer_now."three-months-after-contact"
                        ELSE customer_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                customer_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'twelve-months-away') THEN customer_now."twelve-months-away"
                WHEN ((open_touches.series ->> 'counts_from') = 'fifteen-months-away') THEN customer_now."fifteen-months-away"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'a-month-after-contact'
                ) THEN customer_now."a-month-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'two-months-after-contact'
                ) THEN customer_now."two-months-after-contact"
                WHEN (
                  (open_touches.series ->> 'counts_from') = 'three-months-after-contact'
                ) THEN customer_now."three-months-after-contact"
                ELSE customer_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != customer_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (customer_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'customer'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('nothing-booked' = ANY (open_touches.conditions) AND customer_now.booked) THEN 'appointment-ahead'
      WHEN ('keeps-a-car' = ANY (open_touches.conditions) AND customer_now.cars_sold) THEN 'all-cars-sold'
      WHEN ('is-vip' = ANY (open_touches.conditions) AND NOT customer_now.vip) THEN 'not-a-vip'
      WHEN (
        'of-level-1' = ANY (open_touches.conditions)
        AND (
          customer_now.vip OR coalesce((customer_now.level NOT IN ('1', 'level 1', '一级')), TRUE)
        )
      ) THEN 'not-of-level-one'
      WHEN (
        'of-level-2' = ANY (open_touches.conditions)
        AND (
          customer_now.vip OR coalesce((customer_now.level NOT IN ('2', 'level 2', '二级')), TRUE)
        )
      ) THEN 'not-of-level-two' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'last_visit',
      customer_now.day,
      'last_personal',
      customer_now.last_personal,
      'appointment_ahead',
      customer_now.booked,
      'all_cars_sold',
      customer_now.cars_sold
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT customer_once.subject_id AS subject_id,
      customer_once.store_id AS store_id,
      customer_once.customer_id AS customer_id,
      customer_once.time_zone AS time_zone,
      customer_once.language AS language,
      customer_once.today AS today,
      customer_once.customer AS customer,
      customer_once.salutation AS salutation,
      customer_once.store AS store,
      customer_once.store_phone AS store_phone,
      customer_once.day AS day,
      customer_once.anchor_at AS anchor_at,
      customer_once."twelve-months-away" AS "twelve-months-away",
      customer_once."fifteen-months-away" AS "fifteen-months-away",
      customer_once.booked AS booked,
      customer_once.cars_sold AS cars_sold,
      customer_once.last_personal AS last_personal,
      customer_once."a-month-after-contact" AS "a-month-after-contact",
      customer_once."two-months-after-contact" AS "two-months-after-contact",
      customer_once."three-months-after-contact" AS "three-months-after-contact",
      customer_once.vip AS vip,
      customer_once.level AS level,
      customer_once.vehicle AS vehicle
      FROM customer_once
    ) AS customer_now ON customer_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'customer', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_11 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known."twelve-months-away" AS "twelve-months-away",
  known."fifteen-months-away" AS "fifteen-months-away",
  known.booked AS booked,
  known.cars_sold AS cars_sold,
  known.last_personal AS last_personal,
  known."a-month-after-contact" AS "a-month-after-contact",
  known."two-months-after-contact" AS "two-months-after-contact",
  known."three-months-after-contact" AS "three-months-after-contact",
  known.vip AS vip,
  known.level AS level
  FROM (
    SELECT customers.id AS subject_id,
    customers.store_id AS store_id,
    customers.id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(customers.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    days_here.last AS day,
    timezone(stores.time_zone, days_here.last + '00:00:00') AS anchor_at,
    timezone(
      stores.time_zone, CAST(days_here.last + make_interval(:make_interval, :make_interval) AS DATE) + '00:00:00'
    ) AS "twelve-months-away",
    timezone(
      stores.time_zone, CAST(days_here.last + make_interval(:make_interval, :make_interval) AS DATE) + '00:00:00'
    ) AS "fifteen-months-away",
    EXISTS (
      SELECT :param AS anon_12
      FROM appointments
      WHERE appointments.customer_id = customers.id
      AND appointments.starts_at > :param
      AND coalesce(appointments.booked_at, appointments.requested_at, :param) <= :param
      AND NOT (
        appointments.status = 'cancelled' AND (appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param)
      )
      AND NOT (
        appointments.status IN ('arrived', 'completed')
        AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
        OR coalesce(appointments.arrived_at <= :param, FALSE)
      )
    ) AS booked,
    (
      EXISTS (SELECT :param AS anon_13 FROM vehicles WHERE vehicles.customer_id = customers.id)
    )
    AND NOT (
      EXISTS (
        SELECT :param AS anon_14
        FROM vehicles
        WHERE vehicles.customer_id = customers.id
        AND (vehicles.disposed_on IS NULL OR vehicles.disposed_on > stores.today)
      )
    ) AS cars_sold,
    accounts.last AS last_personal,
    timezone(
      stores.time_zone,
      CAST(
        date_trunc(
          'month',
          CAST(
            CAST(
              CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
            ) AS TIMESTAMP WITHOUT TIME ZONE
          )
        ) AS DATE
      ) + '00:00:00'
    ) AS "a-month-after-contact",
    timezone(
      stores.time_zone,
      CAST(
        date_trunc(
          'month',
          CAST(
            CAST(
              CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
            ) AS TIMESTAMP WITHOUT TIME ZONE
          )
        ) AS DATE
      ) + '00:00:00'
    ) AS "two-months-after-contact",
    timezone(
      stores.time_zone,
      CAST(
        date_trunc(
          'month',
          CAST(
            CAST(
              CAST(timezone(stores.time_zone, accounts.last) AS DATE) + make_interval(:make_interval, :make_interval) AS DATE
            ) AS TIMESTAMP WITHOUT TIME ZONE
          )
        ) AS DATE
      ) + '00:00:00'
    ) AS "three-months-after-contact",
    coalesce(starts_with(lower(trim(customers.level)), 'vip'), FALSE)
    OR coalesce(accounts.sent, :coalesce) >= :coalesce AS vip,
    lower(trim(customers.level)) AS level,
    (
      SELECT nullif(
        concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), ''
      ) AS nullif_1
      FROM vehicles
      WHERE vehicles.customer_id = customers.id
      AND vehicles.disposed_on IS NULL
      ORDER BY vehicles.model_year DESC NULLS LAST,
      vehicles.id DESC
      LIMIT :param
    ) AS vehicle
    FROM customers
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = customers.store_id
    JOIN LATERAL (
      SELECT least(
        (
          SELECT min(anon_15.day) AS min_1
          FROM (
            SELECT appointments.customer_id AS customer_id,
            CAST(
              timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
            ) AS day
            FROM appointments
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = appointments.store_id
            WHERE (
              appointments.status IN ('arrived', 'completed')
              AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
              OR coalesce(appointments.arrived_at <= :param, FALSE)
            )
            AND CAST(
              timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
            ) <= stores.today
          ) AS anon_15
          WHERE anon_15.customer_id = customers.id
        ),
        (
          SELECT min(anon_16.day) AS min_2
          FROM (
            SELECT repair_orders.customer_id AS customer_id,
            coalesce(repair_orders.opened_on, repair_orders.closed_on) AS day
            FROM repair_orders
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = repair_orders.store_id
            WHERE coalesce(repair_orders.opened_on, repair_orders.closed_on) <= stores.today
          ) AS anon_16
          WHERE anon_16.customer_id = customers.id
        ),
        (
          SELECT min(anon_17.day) AS min_3
          FROM (
            SELECT handovers.customer_id AS customer_id,
            handovers.handed_over_on AS day
            FROM handovers
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = handovers.store_id
            WHERE handovers.handed_over_on <= stores.today
          ) AS anon_17
          WHERE anon_17.customer_id = customers.id
        )
      ) AS first,
      greatest(
        (
          SELECT max(anon_15.day) AS max_1
          FROM (
            SELECT appointments.customer_id AS customer_id,
            CAST(
              timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
            ) AS day
            FROM appointments
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = appointments.store_id
            WHERE (
              appointments.status IN ('arrived', 'completed')
              AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
              OR coalesce(appointments.arrived_at <= :param, FALSE)
            )
            AND CAST(
              timezone(stores.time_zone, coalesce(appointments.arrived_at, appointments.starts_at)) AS DATE
            ) <= stores.today
          ) AS anon_15
          WHERE anon_15.customer_id = customers.id
        ),
        (
          SELECT max(anon_16.day) AS max_2
          FROM (
            SELECT repair_orders.customer_id AS customer_id,
            coalesce(repair_orders.opened_on, repair_orders.closed_on) AS day
            FROM repair_orders
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = repair_orders.store_id
            WHERE coalesce(repair_orders.opened_on, repair_orders.closed_on) <= stores.today
          ) AS anon_16
          WHERE anon_16.customer_id = customers.id
        ),
        (
          SELECT max(anon_17.day) AS max_3
          FROM (
            SELECT handovers.customer_id AS customer_id,
            handovers.handed_over_on AS day
            FROM handovers
            JOIN (
              SELECT stores.id AS id,
              stores.time_zone AS time_zone,
              stores.language AS language,
              stores.name AS name,
              stores.phone AS phone,
              CAST(timezone(stores.time_zone, :param) AS DATE) AS today
              FROM stores
              LIMIT ALL OFFSET :param
            ) AS stores ON stores.id = handovers.store_id
            WHERE handovers.handed_over_on <= stores.today
          ) AS anon_17
          WHERE anon_17.customer_id = customers.id
        )
      ) AS last
      LIMIT ALL OFFSET :param
    ) AS days_here ON true
    JOIN LATERAL (
      SELECT coalesce(
        greatest(
          greatest(
            (
              SELECT max(call_attempts.attempted_at) AS max_4
              FROM call_attempts
              JOIN touches ON touches.id = call_attempts.touch_id
              WHERE touches.customer_id = customers.id
              AND call_attempts.outcome IN (
                'refuses-to-pay',
                'reached-satisfied',
                'reached-not-satisfied',
                'reached',
                'promised',
                'refuses-contact',
                'callback',
                'done-elsewhere',
                'interested',
                'lost',
                'order-placed',
                'postponed',
                'test-drive-agreed',
                'not-any-more',
                'wants-trade-in'
              )
              AND call_attempts.attempted_at <= :param
            ),
            (
              SELECT max(replies.received_at) AS max_5
              FROM replies
              WHERE replies.customer_id = customers.id
              AND replies.received_at <= :param
            ),
            (
              SELECT max(appointments.arrived_at) AS max_6
              FROM appointments
              WHERE appointments.customer_id = customers.id
              AND appointments.arrived_at <= :param
            )
          ),
          (
            SELECT max(timezone(stores.time_zone, staff_visits.done_on + '00:00:00')) AS max_7
            FROM staff_visits
            JOIN touches ON touches.id = staff_visits.touch_id
            JOIN stores ON stores.id = touches.store_id
            WHERE touches.customer_id = customers.id
            AND timezone(stores.time_zone, staff_visits.done_on + '00:00:00') <= :param
          )
        ),
        customers.created_at
      ) AS last,
      (
        SELECT anon_18.referrals
        FROM (
          SELECT leads.referred_by_id AS customer_id,
          count(*) AS referrals
          FROM leads
          JOIN (
            SELECT stores.id AS id,
            stores.time_zone AS time_zone,
            stores.language AS language,
            stores.name AS name,
            stores.phone AS phone,
            CAST(timezone(stores.time_zone, :param) AS DATE) AS today
            FROM stores
            LIMIT ALL OFFSET :param
          ) AS stores ON stores.id = leads.store_id
          WHERE leads.referred_by_id IS NOT NULL
          AND leads.created_on <= stores.today
          AND CAST(
            leads.created_on + make_interval(:make_interval, :make_interval) AS DATE
          ) > stores.today
          GROUP BY leads.referred_by_id
        ) AS anon_18
        WHERE anon_18.customer_id = customers.id
      ) AS sent
      LIMIT ALL OFFSET :param
    ) AS accounts ON true
    WHERE customers.id IN (
      SELECT customers.id
      FROM customers
      WHERE customers.level IS NOT NULL
      AND (
        lower(trim(customers.level)) IN ('1', 'level 1', '一级', '2', 'level 2', '二级')
        OR starts_with(lower(trim(customers.level)), 'vip')
      )
      UNION ALL
      SELECT anon_19.customer_id
      FROM (
        SELECT leads.referred_by_id AS customer_id,
        count(*) AS referrals
        FROM leads
        JOIN (
          SELECT stores.id AS id,
          stores.time_zone AS time_zone,
          stores.language AS language,
          stores.name AS name,
          stores.phone AS phone,
          CAST(timezone(stores.time_zone, :param) AS DATE) AS today
          FROM stores
          LIMIT ALL OFFSET :param
        ) AS stores ON stores.id = leads.store_id
        WHERE leads.referred_by_id IS NOT NULL
        AND leads.created_on <= stores.today
        AND CAST(leads.created_on + make_interval(:make_interval, :make_interval) AS DATE) > stores.today
        GROUP BY leads.referred_by_id
      ) AS anon_19
      WHERE anon_19.referrals >= :referrals
    )
    AND customers.store_id IN (:store_id_1)
    AND customers.erased_at IS NULL
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'vip-visit' AS step,
    judged_vip_visit.subject_id AS subject_id,
    judged_vip_visit.occurs_at AS anchor_at,
    judged_vip_visit.store_id AS store_id,
    judged_vip_visit.customer_id AS customer_id,
    CASE
    WHEN (judged_vip_visit.language = 'en') THEN :param
    WHEN (judged_vip_visit.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_vip_visit.due_at AS due_at,
    judged_vip_visit.valid_until AS valid_until,
    judged_vip_visit.due_at AS not_before,
    judged_vip_visit.valid_until <= :param AS passed,
    judged_vip_visit.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_vip_visit.reason IS NULL) THEN jsonb_build_object(
      'last_visit',
      judged_vip_visit.day,
      'last_personal',
      judged_vip_visit.last_personal,
      'appointment_ahead',
      judged_vip_visit.booked,
      'all_cars_sold',
      judged_vip_visit.cars_sold
    ) END AS figures,
    judged_vip_visit.reason AS reason,
    judged_vip_visit.reason IS NULL AS wanted
    FROM (
      SELECT dated_vip_visit.subject_id AS subject_id,
      dated_vip_visit.store_id AS store_id,
      dated_vip_visit.customer_id AS customer_id,
      dated_vip_visit.time_zone AS time_zone,
      dated_vip_visit.language AS language,
      dated_vip_visit.today AS today,
      dated_vip_visit.day AS day,
      dated_vip_visit.anchor_at AS anchor_at,
      dated_vip_visit."twelve-months-away" AS "twelve-months-away",
      dated_vip_visit."fifteen-months-away" AS "fifteen-months-away",
      dated_vip_visit.booked AS booked,
      dated_vip_visit.cars_sold AS cars_sold,
      dated_vip_visit.last_personal AS last_personal,
      dated_vip_visit."a-month-after-contact" AS "a-month-after-contact",
      dated_vip_visit."two-months-after-contact" AS "two-months-after-contact",
      dated_vip_visit."three-months-after-contact" AS "three-months-after-contact",
      dated_vip_visit.vip AS vip,
      dated_vip_visit.level AS level,
      dated_vip_visit.occurs_at AS occurs_at,
      dated_vip_visit.following AS following,
      dated_vip_visit.before AS before,
      dated_vip_visit.due_at AS due_at,
      dated_vip_visit.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'key-accounts'
          AND touches.subject_kind = 'customer'
          AND touches.step = 'vip-visit'
          AND touches.subject_id = dated_vip_visit.subject_id
          AND touches.anchor_at != dated_vip_visit.occurs_at
          AND touches.due_at < dated_vip_visit.due_at
          AND touches.valid_until > dated_vip_visit.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('nothing-booked' = ANY ('{is-vip}') AND dated_vip_visit.booked) THEN 'appointment-ahead'
      WHEN ('keeps-a-car' = ANY ('{is-vip}') AND dated_vip_visit.cars_sold) THEN 'all-cars-sold'
      WHEN ('is-vip' = ANY ('{is-vip}') AND NOT dated_vip_visit.vip) THEN 'not-a-vip'
      WHEN (
        'of-level-1' = ANY ('{is-vip}')
        AND (
          dated_vip_visit.vip OR coalesce((dated_vip_visit.level NOT IN ('1', 'level 1', '一级')), TRUE)
        )
      ) THEN 'not-of-level-one'
      WHEN (
        'of-level-2' = ANY ('{is-vip}')
        AND (
          dated_vip_visit.vip OR coalesce((dated_vip_visit.level NOT IN ('2', 'level 2', '二级')), TRUE)
        )
      ) THEN 'not-of-level-two' END END AS reason
      FROM (
        SELECT occurring_vip_visit.subject_id AS subject_id,
        occurring_vip_visit.store_id AS store_id,
        occurring_vip_visit.customer_id AS customer_id,
        occurring_vip_visit.time_zone AS time_zone,
        occurring_vip_visit.language AS language,
        occurring_vip_visit.today AS today,
        occurring_vip_visit.day AS day,
        occurring_vip_visit.anchor_at AS anchor_at,
        occurring_vip_visit."twelve-months-away" AS "twelve-months-away",
        occurring_vip_visit."fifteen-months-away" AS "fifteen-months-away",
        occurring_vip_visit.booked AS booked,
        occurring_vip_visit.cars_sold AS cars_sold,
        occurring_vip_visit.last_personal AS last_personal,
        occurring_vip_visit."a-month-after-contact" AS "a-month-after-contact",
        occurring_vip_visit."two-months-after-contact" AS "two-months-after-contact",
        occurring_vip_visit."three-months-after-contact" AS "three-months-after-contact",
        occurring_vip_visit.vip AS vip,
        occurring_vip_visit.level AS level,
        occurring_vip_visit.occurs_at AS occurs_at,
        occurring_vip_visit.following AS following,
        occurring_vip_visit.before AS before,
        timezone(
          occurring_vip_visit.time_zone,
          CAST(
            timezone(occurring_vip_visit.time_zone, occurring_vip_visit.occurs_at) AS DATE
          ) + :param + '08:00:00'
        ) AS due_at,
        least(
          timezone(
            occurring_vip_visit.time_zone,
            CAST(
              timezone(occurring_vip_visit.time_zone, occurring_vip_visit.occurs_at) AS DATE
            ) + :param + '08:00:00'
          ) + '28 days, 0:00:00',
          timezone(
            occurring_vip_visit.time_zone,
            CAST(
              timezone(occurring_vip_visit.time_zone, occurring_vip_visit.following) AS DATE
            ) + :param + '08:00:00'
          )
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.day AS day,
          anon_11.anchor_at AS anchor_at,
          anon_11."twelve-months-away" AS "twelve-months-away",
          anon_11."fifteen-months-away" AS "fifteen-months-away",
          anon_11.booked AS booked,
          anon_11.cars_sold AS cars_sold,
          anon_11.last_personal AS last_personal,
          anon_11."a-month-after-contact" AS "a-month-after-contact",
          anon_11."two-months-after-contact" AS "two-months-after-contact",
          anon_11."three-months-after-contact" AS "three-months-after-contact",
          anon_11.vip AS vip,
          anon_11.level AS level,
          CASE
          WHEN (numbers_vip_visit.number = :number) THEN anon_11."a-month-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
              :make_interval, numbers_vip_visit.number * :param, :make_interval, numbers_vip_visit.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
                  :make_interval, numbers_vip_visit.number * :param, :make_interval, numbers_vip_visit.number * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_vip_visit.number + :number = :param) THEN anon_11."a-month-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
              :make_interval,
              (numbers_vip_visit.number + :number) * :param,
              :make_interval,
              (numbers_vip_visit.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
                  :make_interval,
                  (numbers_vip_visit.number + :number) * :param,
                  :make_interval,
                  (numbers_vip_visit.number + :number) * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_vip_visit.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_vip_visit.number - :number = :param) THEN anon_11."a-month-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
              :make_interval,
              (numbers_vip_visit.number - :number) * :param,
              :make_interval,
              (numbers_vip_visit.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact") + make_interval(
                  :make_interval,
                  (numbers_vip_visit.number - :number) * :param,
                  :make_interval,
                  (numbers_vip_visit.number - :number) * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(
                          year FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
                        )
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(
                      month FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
                    ) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(
                    timezone(anon_11.time_zone, anon_11."a-month-after-contact") AS DATE
                  )
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(
                        year FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
                      )
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(
                    month FROM timezone(anon_11.time_zone, anon_11."a-month-after-contact")
                  ) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(
                    timezone(anon_11.time_zone, anon_11."a-month-after-contact") AS DATE
                  )
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_vip_visit(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_vip_visit
        WHERE coalesce(occurring_vip_visit.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_vip_visit
      WHERE dated_vip_visit.due_at IS NOT NULL
      AND dated_vip_visit.due_at < dated_vip_visit.valid_until
      AND dated_vip_visit.due_at <= :param
      AND dated_vip_visit.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_vip_visit
    WHERE true
    UNION ALL
    SELECT 'level-1-visit' AS step,
    judged_level_1_visit.subject_id AS subject_id,
    judged_level_1_visit.occurs_at AS anchor_at,
    judged_level_1_visit.store_id AS store_id,
    judged_level_1_visit.customer_id AS customer_id,
    CASE
    WHEN (judged_level_1_visit.language = 'en') THEN :param
    WHEN (judged_level_1_visit.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_level_1_visit.due_at AS due_at,
    judged_level_1_visit.valid_until AS valid_until,
    judged_level_1_visit.due_at AS not_before,
    judged_level_1_visit.valid_until <= :param AS passed,
    judged_level_1_visit.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_level_1_visit.reason IS NULL) THEN jsonb_build_object(
      'last_visit',
      judged_level_1_visit.day,
      'last_personal',
      judged_level_1_visit.last_personal,
      'appointment_ahead',
      judged_level_1_visit.booked,
      'all_cars_sold',
      judged_level_1_visit.cars_sold
    ) END AS figures,
    judged_level_1_visit.reason AS reason,
    judged_level_1_visit.reason IS NULL AS wanted
    FROM (
      SELECT dated_level_1_visit.subject_id AS subject_id,
      dated_level_1_visit.store_id AS store_id,
      dated_level_1_visit.customer_id AS customer_id,
      dated_level_1_visit.time_zone AS time_zone,
      dated_level_1_visit.language AS language,
      dated_level_1_visit.today AS today,
      dated_level_1_visit.day AS day,
      dated_level_1_visit.anchor_at AS anchor_at,
      dated_level_1_visit."twelve-months-away" AS "twelve-months-away",
      dated_level_1_visit."fifteen-months-away" AS "fifteen-months-away",
      dated_level_1_visit.booked AS booked,
      dated_level_1_visit.cars_sold AS cars_sold,
      dated_level_1_visit.last_personal AS last_personal,
      dated_level_1_visit."a-month-after-contact" AS "a-month-after-contact",
      dated_level_1_visit."two-months-after-contact" AS "two-months-after-contact",
      dated_level_1_visit."three-months-after-contact" AS "three-months-after-contact",
      dated_level_1_visit.vip AS vip,
      dated_level_1_visit.level AS level,
      dated_level_1_visit.occurs_at AS occurs_at,
      dated_level_1_visit.following AS following,
      dated_level_1_visit.before AS before,
      dated_level_1_visit.due_at AS due_at,
      dated_level_1_visit.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_20
          FROM touches
          WHERE touches.process = 'key-accounts'
          AND touches.subject_kind = 'customer'
          AND touches.step = 'level-1-visit'
          AND touches.subject_id = dated_level_1_visit.subject_id
          AND touches.anchor_at != dated_level_1_visit.occurs_at
          AND touches.due_at < dated_level_1_visit.due_at
          AND touches.valid_until > dated_level_1_visit.due_at
          AND touches.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
        )
      ) THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN ('nothing-booked' = ANY ('{of-level-1}') AND dated_level_1_visit.booked) THEN 'appointment-ahead'
      WHEN ('keeps-a-car' = ANY ('{of-level-1}') AND dated_level_1_visit.cars_sold) THEN 'all-cars-sold'
      WHEN ('is-vip' = ANY ('{of-level-1}') AND NOT dated_level_1_visit.vip) THEN 'not-a-vip'
      WHEN (
        'of-level-1' = ANY ('{of-level-1}')
        AND (
          dated_level_1_visit.vip OR coalesce((dated_level_1_visit.level NOT IN ('1', 'level 1', '一级')), TRUE)
        )
      ) THEN 'not-of-level-one'
      WHEN (
        'of-level-2' = ANY ('{of-level-1}')
        AND (
          dated_level_1_visit.vip OR coalesce((dated_level_1_visit.level NOT IN ('2', 'level 2', '二级')), TRUE)
        )
      ) THEN 'not-of-level-two' END END AS reason
      FROM (
        SELECT occurring_level_1_visit.subject_id AS subject_id,
        occurring_level_1_visit.store_id AS store_id,
        occurring_level_1_visit.customer_id AS customer_id,
        occurring_level_1_visit.time_zone AS time_zone,
        occurring_level_1_visit.language AS language,
        occurring_level_1_visit.today AS today,
        occurring_level_1_visit.day AS day,
        occurring_level_1_visit.anchor_at AS anchor_at,
        occurring_level_1_visit."twelve-months-away" AS "twelve-months-away",
        occurring_level_1_visit."fifteen-months-away" AS "fifteen-months-away",
        occurring_level_1_visit.booked AS booked,
        occurring_level_1_visit.cars_sold AS cars_sold,
        occurring_level_1_visit.last_personal AS last_personal,
        occurring_level_1_visit."a-month-after-contact" AS "a-month-after-contact",
        occurring_level_1_visit."two-months-after-contact" AS "two-months-after-contact",
        occurring_level_1_visit."three-months-after-contact" AS "three-months-after-contact",
        occurring_level_1_visit.vip AS vip,
        occurring_level_1_visit.level AS level,
        occurring_level_1_visit.occurs_at AS occurs_at,
        occurring_level_1_visit.following AS following,
        occurring_level_1_visit.before AS before,
        timezone(
          occurring_level_1_visit.time_zone,
          CAST(
            timezone(occurring_level_1_visit.time_zone, occurring_level_1_visit.occurs_at) AS DATE
          ) + :param + '08:00:00'
        ) AS due_at,
        least(
          timezone(
            occurring_level_1_visit.time_zone,
            CAST(
              timezone(occurring_level_1_visit.time_zone, occurring_level_1_visit.occurs_at) AS DATE
            ) + :param + '08:00:00'
          ) + '28 days, 0:00:00',
          timezone(
            occurring_level_1_visit.time_zone,
            CAST(
              timezone(occurring_level_1_visit.time_zone, occurring_level_1_visit.following) AS DATE
            ) + :param + '08:00:00'
          )
        ) AS valid_until
        FROM (
          SELECT anon_11.subject_id AS subject_id,
          anon_11.store_id AS store_id,
          anon_11.customer_id AS customer_id,
          anon_11.time_zone AS time_zone,
          anon_11.language AS language,
          anon_11.today AS today,
          anon_11.day AS day,
          anon_11.anchor_at AS anchor_at,
          anon_11."twelve-months-away" AS "twelve-months-away",
          anon_11."fifteen-months-away" AS "fifteen-months-away",
          anon_11.booked AS booked,
          anon_11.cars_sold AS cars_sold,
          anon_11.last_personal AS last_personal,
          anon_11."a-month-after-contact" AS "a-month-after-contact",
          anon_11."two-months-after-contact" AS "two-months-after-contact",
          anon_11."three-months-after-contact" AS "three-months-after-contact",
          anon_11.vip AS vip,
          anon_11.level AS level,
          CASE
          WHEN (numbers_level_1_visit.number = :number) THEN anon_11."two-months-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
              :make_interval,
              numbers_level_1_visit.number * :param,
              :make_interval,
              numbers_level_1_visit.number * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
                  :make_interval,
                  numbers_level_1_visit.number * :param,
                  :make_interval,
                  numbers_level_1_visit.number * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS occurs_at,
          CASE
          WHEN (numbers_level_1_visit.number + :number = :param) THEN anon_11."two-months-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
              :make_interval,
              (numbers_level_1_visit.number + :number) * :param,
              :make_interval,
              (numbers_level_1_visit.number + :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
                  :make_interval,
                  (numbers_level_1_visit.number + :number) * :param,
                  :make_interval,
                  (numbers_level_1_visit.number + :number) * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END AS following,
          CASE
          WHEN (numbers_level_1_visit.number = :number) THEN :param
          ELSE CASE
          WHEN (numbers_level_1_visit.number - :number = :param) THEN anon_11."two-months-after-contact"
          ELSE timezone(
            anon_11.time_zone,
            timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
              :make_interval,
              (numbers_level_1_visit.number - :number) * :param,
              :make_interval,
              (numbers_level_1_visit.number - :number) * :param
            ) + CASE
            WHEN (
              FALSE
              AND :param > :param
              AND EXTRACT(
                day
                FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact") + make_interval(
                  :make_interval,
                  (numbers_level_1_visit.number - :number) * :param,
                  :make_interval,
                  (numbers_level_1_visit.number - :number) * :param
                )
              ) < EXTRACT(
                day FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
              )
            ) THEN '1 day, 0:00:00'
            ELSE '0:00:00' END
          ) END END AS before
          FROM anon_11
          JOIN LATERAL generate_series(
            greatest(
              coalesce(
                (
                  CAST(
                    (
                      (
                        EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(
                          year FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
                        )
                      ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                    ) - EXTRACT(
                      month FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
                    ) AS INTEGER
                  ) - :param
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(
                    timezone(anon_11.time_zone, anon_11."two-months-after-contact") AS DATE
                  )
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ),
            greatest(
              coalesce(
                CAST(
                  (
                    (
                      EXTRACT(year FROM timezone(anon_11.time_zone, :param)) - EXTRACT(
                        year FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
                      )
                    ) * :param + EXTRACT(month FROM timezone(anon_11.time_zone, :param))
                  ) - EXTRACT(
                    month FROM timezone(anon_11.time_zone, anon_11."two-months-after-contact")
                  ) AS INTEGER
                ) / nullif(:param, :nullif),
                (
                  CAST(timezone(anon_11.time_zone, :param) AS DATE) - CAST(
                    timezone(anon_11.time_zone, anon_11."two-months-after-contact") AS DATE
                  )
                ) / nullif(:param, :nullif)
              ),
              :greatest
            ) + :greatest
          ) AS numbers_level_1_visit(number) ON true
          LIMIT ALL OFFSET :param
        ) AS occurring_level_1_visit
        WHERE coalesce(occurring_level_1_visit.occurs_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_level_1_visit
      WHERE dated_level_1_visit.due_at IS NOT NULL
      AND dated_level_1_visit.due_at < dated_level_1_visit.valid_until
      AND dated_level_1_visit.due_at <= :param
      AND dated_level_1_visit.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_level_1_visit
    WHERE true
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'key-accounts' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'key-accounts' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
