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
  WHERE touches.process = 'appointment-reminders'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
appointment_once AS MATERIALIZED /* the facts of each appointment that a touch is about */ (
  SELECT appointments.id AS subject_id,
  appointments.store_id AS store_id,
  appointments.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  appointments.starts_at AS anchor_at,
  appointments.starts_at AS starts_at,
  greatest(
    CASE
    WHEN (appointments.booked_at <= :param) THEN appointments.booked_at END,
    CASE
    WHEN (appointments.moved_at <= :param) THEN appointments.moved_at END
  ) AS booking,
  CASE
  WHEN (appointments.status = 'requested') THEN CASE
  WHEN (appointments.requested_at <= :param) THEN appointments.requested_at END END AS request,
  CASE
  WHEN (appointments.other_time_asked_at <= :param) THEN appointments.other_time_asked_at END AS "other-time-asked",
  appointments.status = 'cancelled'
  AND (appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param) AS cancelled,
  appointments.status IN ('arrived', 'completed')
  AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
  OR coalesce(appointments.arrived_at <= :param, FALSE) AS arrived,
  appointments.status = 'requested'
  OR coalesce(appointments.booked_at > :param, FALSE) AS unbooked,
  appointments.status AS status,
  appointments.parts_state AS parts_state,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle,
  appointments.work AS work,
  staff.name AS advisor
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
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = appointments.customer_id
  LEFT OUTER JOIN customers ON customers.id = appointments.customer_id
  LEFT OUTER JOIN vehicles ON vehicles.id = appointments.vehicle_id
  LEFT OUTER JOIN staff ON staff.id = appointments.advisor_id
  WHERE appointments.id IN (
    SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'appointment', FALSE)
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
        AND earlier.subject_kind = 'appointment'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions)
          OR 'not-arrived' = ANY (open_touches.conditions)
          OR 'request-unanswered' = ANY (open_touches.conditions)
        )
        AND appointment_now.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions) OR 'not-arrived' = ANY (open_touches.conditions)
        )
        AND appointment_now.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions) OR 'not-arrived' = ANY (open_touches.conditions)
        )
        AND appointment_now.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY (open_touches.conditions) AND appointment_now.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY (open_touches.conditions) AND appointment_now.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY (open_touches.conditions) AND appointment_now."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY (open_touches.conditions)
        AND appointment_now.booking > CASE
        WHEN (
          open_touches.series IS NULL
          AND CASE
          WHEN (open_touches.series IS NOT NULL) THEN NOT (
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
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
                          year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        ) - EXTRACT(
                          year
                          FROM timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
                          )
                        )
                      ) * :param + EXTRACT(
                        month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      )
                    ) - EXTRACT(
                      month
                      FROM timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      )
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(
                      day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    ) < EXTRACT(
                      day
                      FROM timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      )
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(
                    timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                  ) - CAST(
                    timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    ) AS DATE
                  )
                ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
              ) = :coalesce
            ) THEN CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
            WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
            ELSE appointment_now.anchor_at END
            ELSE timezone(
              appointment_now.time_zone,
              timezone(
                appointment_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                ELSE appointment_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
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
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
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
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  ) + make_interval(
                    :make_interval,
                    coalesce(
                      (
                        CAST(
                          (
                            (
                              EXTRACT(
                                year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                              ) - EXTRACT(
                                year
                                FROM timezone(
                                  appointment_now.time_zone,
                                  CASE
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'booking'
                                  ) THEN appointment_now.booking
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'request'
                                  ) THEN appointment_now.request
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'other-time-asked'
                                  ) THEN appointment_now."other-time-asked"
                                  ELSE appointment_now.anchor_at END
                                )
                              )
                            ) * :param + EXTRACT(
                              month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                            )
                          ) - EXTRACT(
                            month
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          ) AS INTEGER
                        ) - CASE
                        WHEN (
                          CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                          AND EXTRACT(
                            day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) < EXTRACT(
                            day
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) THEN :param
                        ELSE :param END
                      ) / nullif(
                        CAST((open_touches.series ->> 'months') AS INTEGER), :nullif
                      ),
                      (
                        CAST(
                          timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                        ) - CAST(
                          timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
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
                                year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                              ) - EXTRACT(
                                year
                                FROM timezone(
                                  appointment_now.time_zone,
                                  CASE
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'booking'
                                  ) THEN appointment_now.booking
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'request'
                                  ) THEN appointment_now.request
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'other-time-asked'
                                  ) THEN appointment_now."other-time-asked"
                                  ELSE appointment_now.anchor_at END
                                )
                              )
                            ) * :param + EXTRACT(
                              month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                            )
                          ) - EXTRACT(
                            month
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          ) AS INTEGER
                        ) - CASE
                        WHEN (
                          CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                          AND EXTRACT(
                            day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) < EXTRACT(
                            day
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) THEN :param
                        ELSE :param END
                      ) / nullif(
                        CAST((open_touches.series ->> 'months') AS INTEGER), :nullif
                      ),
                      (
                        CAST(
                          timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                        ) - CAST(
                          timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
                          ) AS DATE
                        )
                      ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                    ) * CAST((open_touches.series ->> 'days') AS INTEGER)
                  )
                ) < EXTRACT(
                  day
                  FROM timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  )
                )
              ) THEN '1 day, 0:00:00'
              ELSE '0:00:00' END
            ) END = open_touches.anchor_at
          )
          ELSE appointment_now.anchor_at != open_touches.anchor_at END
        ) THEN open_touches.due_at + (appointment_now.anchor_at - open_touches.anchor_at)
        ELSE open_touches.due_at END
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY (open_touches.conditions) AND NOT appointment_now.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY (open_touches.conditions)
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = appointment_now.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          open_touches.conditions && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_5
            FROM appointments
            WHERE appointments.id = appointment_now.subject_id
            AND (
              'of-inspection' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month
                FROM timezone(
                  appointment_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                  WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                  WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                  ELSE appointment_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(
                day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
              ) < EXTRACT(
                day
                FROM timezone(
                  appointment_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                  WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                  WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                  ELSE appointment_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                appointment_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                ELSE appointment_now.anchor_at END
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
                      year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day
                  FROM timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(
                timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
              ) - CAST(
                timezone(
                  appointment_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                  WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                  WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                  ELSE appointment_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
        WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
        ELSE appointment_now.anchor_at END
        ELSE timezone(
          appointment_now.time_zone,
          timezone(
            appointment_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
            WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
            ELSE appointment_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
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
                        year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
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
                appointment_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                ELSE appointment_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
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
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                appointment_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                ELSE appointment_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE appointment_now.anchor_at != open_touches.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (appointment_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'appointment'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions)
          OR 'not-arrived' = ANY (open_touches.conditions)
          OR 'request-unanswered' = ANY (open_touches.conditions)
        )
        AND appointment_now.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions) OR 'not-arrived' = ANY (open_touches.conditions)
        )
        AND appointment_now.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY (open_touches.conditions) OR 'not-arrived' = ANY (open_touches.conditions)
        )
        AND appointment_now.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY (open_touches.conditions) AND appointment_now.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY (open_touches.conditions) AND appointment_now.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY (open_touches.conditions) AND appointment_now."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY (open_touches.conditions)
        AND appointment_now.booking > CASE
        WHEN (
          open_touches.series IS NULL
          AND CASE
          WHEN (open_touches.series IS NOT NULL) THEN NOT (
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(
                  timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                ) - CAST(
                  timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
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
                          year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        ) - EXTRACT(
                          year
                          FROM timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
                          )
                        )
                      ) * :param + EXTRACT(
                        month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      )
                    ) - EXTRACT(
                      month
                      FROM timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      )
                    ) AS INTEGER
                  ) - CASE
                  WHEN (
                    CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                    AND EXTRACT(
                      day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                    ) < EXTRACT(
                      day
                      FROM timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
                      )
                    )
                  ) THEN :param
                  ELSE :param END
                ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                (
                  CAST(
                    timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                  ) - CAST(
                    timezone(
                      appointment_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                      WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                      WHEN (
                        (open_touches.series ->> 'counts_from') = 'other-time-asked'
                      ) THEN appointment_now."other-time-asked"
                      ELSE appointment_now.anchor_at END
                    ) AS DATE
                  )
                ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
              ) = :coalesce
            ) THEN CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
            WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
            ELSE appointment_now.anchor_at END
            ELSE timezone(
              appointment_now.time_zone,
              timezone(
                appointment_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                ELSE appointment_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
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
                            year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          appointment_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                          WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                          WHEN (
                            (open_touches.series ->> 'counts_from') = 'other-time-asked'
                          ) THEN appointment_now."other-time-asked"
                          ELSE appointment_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        appointment_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                        WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                        WHEN (
                          (open_touches.series ->> 'counts_from') = 'other-time-asked'
                        ) THEN appointment_now."other-time-asked"
                        ELSE appointment_now.anchor_at END
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
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  ) + make_interval(
                    :make_interval,
                    coalesce(
                      (
                        CAST(
                          (
                            (
                              EXTRACT(
                                year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                              ) - EXTRACT(
                                year
                                FROM timezone(
                                  appointment_now.time_zone,
                                  CASE
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'booking'
                                  ) THEN appointment_now.booking
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'request'
                                  ) THEN appointment_now.request
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'other-time-asked'
                                  ) THEN appointment_now."other-time-asked"
                                  ELSE appointment_now.anchor_at END
                                )
                              )
                            ) * :param + EXTRACT(
                              month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                            )
                          ) - EXTRACT(
                            month
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          ) AS INTEGER
                        ) - CASE
                        WHEN (
                          CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                          AND EXTRACT(
                            day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) < EXTRACT(
                            day
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) THEN :param
                        ELSE :param END
                      ) / nullif(
                        CAST((open_touches.series ->> 'months') AS INTEGER), :nullif
                      ),
                      (
                        CAST(
                          timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                        ) - CAST(
                          timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
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
                                year FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                              ) - EXTRACT(
                                year
                                FROM timezone(
                                  appointment_now.time_zone,
                                  CASE
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'booking'
                                  ) THEN appointment_now.booking
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'request'
                                  ) THEN appointment_now.request
                                  WHEN (
                                    (open_touches.series ->> 'counts_from') = 'other-time-asked'
                                  ) THEN appointment_now."other-time-asked"
                                  ELSE appointment_now.anchor_at END
                                )
                              )
                            ) * :param + EXTRACT(
                              month FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                            )
                          ) - EXTRACT(
                            month
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          ) AS INTEGER
                        ) - CASE
                        WHEN (
                          CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                          AND EXTRACT(
                            day FROM timezone(appointment_now.time_zone, open_touches.anchor_at)
                          ) < EXTRACT(
                            day
                            FROM timezone(
                              appointment_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'booking'
                              ) THEN appointment_now.booking
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'request'
                              ) THEN appointment_now.request
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'other-time-asked'
                              ) THEN appointment_now."other-time-asked"
                              ELSE appointment_now.anchor_at END
                            )
                          )
                        ) THEN :param
                        ELSE :param END
                      ) / nullif(
                        CAST((open_touches.series ->> 'months') AS INTEGER), :nullif
                      ),
                      (
                        CAST(
                          timezone(appointment_now.time_zone, open_touches.anchor_at) AS DATE
                        ) - CAST(
                          timezone(
                            appointment_now.time_zone,
                            CASE
                            WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                            WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                            WHEN (
                              (open_touches.series ->> 'counts_from') = 'other-time-asked'
                            ) THEN appointment_now."other-time-asked"
                            ELSE appointment_now.anchor_at END
                          ) AS DATE
                        )
                      ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                    ) * CAST((open_touches.series ->> 'days') AS INTEGER)
                  )
                ) < EXTRACT(
                  day
                  FROM timezone(
                    appointment_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'booking') THEN appointment_now.booking
                    WHEN ((open_touches.series ->> 'counts_from') = 'request') THEN appointment_now.request
                    WHEN ((open_touches.series ->> 'counts_from') = 'other-time-asked') THEN appointment_now."other-time-asked"
                    ELSE appointment_now.anchor_at END
                  )
                )
              ) THEN '1 day, 0:00:00'
              ELSE '0:00:00' END
            ) END = open_touches.anchor_at
          )
          ELSE appointment_now.anchor_at != open_touches.anchor_at END
        ) THEN open_touches.due_at + (appointment_now.anchor_at - open_touches.anchor_at)
        ELSE open_touches.due_at END
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY (open_touches.conditions) AND appointment_now.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY (open_touches.conditions) AND NOT appointment_now.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY (open_touches.conditions)
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = appointment_now.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          open_touches.conditions && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_5
            FROM appointments
            WHERE appointments.id = appointment_now.subject_id
            AND (
              'of-inspection' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY (open_touches.conditions)
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    jsonb_build_object(
      'starts_at',
      appointment_now.starts_at,
      'status',
      appointment_now.status,
      'booked_at',
      appointment_now.booking,
      'parts',
      appointment_now.parts_state
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT appointment_once.subject_id AS subject_id,
      appointment_once.store_id AS store_id,
      appointment_once.customer_id AS customer_id,
      appointment_once.time_zone AS time_zone,
      appointment_once.language AS language,
      appointment_once.today AS today,
      appointment_once.customer AS customer,
      appointment_once.salutation AS salutation,
      appointment_once.store AS store,
      appointment_once.store_phone AS store_phone,
      appointment_once.anchor_at AS anchor_at,
      appointment_once.starts_at AS starts_at,
      appointment_once.booking AS booking,
      appointment_once.request AS request,
      appointment_once."other-time-asked" AS "other-time-asked",
      appointment_once.cancelled AS cancelled,
      appointment_once.arrived AS arrived,
      appointment_once.unbooked AS unbooked,
      appointment_once.status AS status,
      appointment_once.parts_state AS parts_state,
      appointment_once.vehicle AS vehicle,
      appointment_once.work AS work,
      appointment_once.advisor AS advisor
      FROM appointment_once
    ) AS appointment_now ON appointment_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'appointment', FALSE)
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
  known.anchor_at AS anchor_at,
  known.starts_at AS starts_at,
  known.booking AS booking,
  known.request AS request,
  known."other-time-asked" AS "other-time-asked",
  known.cancelled AS cancelled,
  known.arrived AS arrived,
  known.unbooked AS unbooked,
  known.status AS status,
  known.parts_state AS parts_state
  FROM (
    SELECT appointments.id AS subject_id,
    appointments.store_id AS store_id,
    appointments.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    appointments.starts_at AS anchor_at,
    appointments.starts_at AS starts_at,
    greatest(
      CASE
      WHEN (appointments.booked_at <= :param) THEN appointments.booked_at END,
      CASE
      WHEN (appointments.moved_at <= :param) THEN appointments.moved_at END
    ) AS booking,
    CASE
    WHEN (appointments.status = 'requested') THEN CASE
    WHEN (appointments.requested_at <= :param) THEN appointments.requested_at END END AS request,
    CASE
    WHEN (appointments.other_time_asked_at <= :param) THEN appointments.other_time_asked_at END AS "other-time-asked",
    appointments.status = 'cancelled'
    AND (appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param) AS cancelled,
    appointments.status IN ('arrived', 'completed')
    AND coalesce(appointments.arrived_at, appointments.starts_at) <= :param
    OR coalesce(appointments.arrived_at <= :param, FALSE) AS arrived,
    appointments.status = 'requested'
    OR coalesce(appointments.booked_at > :param, FALSE) AS unbooked,
    appointments.status AS status,
    appointments.parts_state AS parts_state,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle,
    appointments.work AS work,
    staff.name AS advisor
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
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = appointments.customer_id
    LEFT OUTER JOIN customers ON customers.id = appointments.customer_id
    LEFT OUTER JOIN vehicles ON vehicles.id = appointments.vehicle_id
    LEFT OUTER JOIN staff ON staff.id = appointments.advisor_id
    WHERE (
      appointments.booked_at BETWEEN :param
      AND :param
      OR appointments.moved_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.starts_at BETWEEN :param
      AND :param
      OR appointments.other_time_asked_at BETWEEN :param
      AND :param
      OR appointments.requested_at BETWEEN :param
      AND :param
      AND appointments.status = 'requested'
    )
    AND appointments.store_id IN (:store_id_1)
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
    SELECT 'confirmation' AS step,
    judged_confirmation.subject_id AS subject_id,
    judged_confirmation.anchor_at AS anchor_at,
    judged_confirmation.store_id AS store_id,
    judged_confirmation.customer_id AS customer_id,
    CASE
    WHEN (judged_confirmation.language = 'en') THEN :param
    WHEN (judged_confirmation.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_confirmation.due_at AS due_at,
    judged_confirmation.valid_until AS valid_until,
    judged_confirmation.due_at AS not_before,
    judged_confirmation.valid_until <= :param AS passed,
    judged_confirmation.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_confirmation.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_confirmation.starts_at,
      'status',
      judged_confirmation.status,
      'booked_at',
      judged_confirmation.booking,
      'parts',
      judged_confirmation.parts_state
    ) END AS figures,
    judged_confirmation.reason AS reason,
    judged_confirmation.reason IS NULL AS wanted
    FROM (
      SELECT dated_confirmation.subject_id AS subject_id,
      dated_confirmation.store_id AS store_id,
      dated_confirmation.customer_id AS customer_id,
      dated_confirmation.time_zone AS time_zone,
      dated_confirmation.language AS language,
      dated_confirmation.today AS today,
      dated_confirmation.anchor_at AS anchor_at,
      dated_confirmation.starts_at AS starts_at,
      dated_confirmation.booking AS booking,
      dated_confirmation.request AS request,
      dated_confirmation."other-time-asked" AS "other-time-asked",
      dated_confirmation.cancelled AS cancelled,
      dated_confirmation.arrived AS arrived,
      dated_confirmation.unbooked AS unbooked,
      dated_confirmation.status AS status,
      dated_confirmation.parts_state AS parts_state,
      dated_confirmation.due_at AS due_at,
      dated_confirmation.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,no-other-time-asked}')
          OR 'request-unanswered' = ANY ('{still-booked,no-other-time-asked}')
        )
        AND dated_confirmation.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,no-other-time-asked}')
        )
        AND dated_confirmation.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,no-other-time-asked}')
        )
        AND dated_confirmation.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,no-other-time-asked}') AND dated_confirmation.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,no-other-time-asked}') AND dated_confirmation.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,no-other-time-asked}')
        AND dated_confirmation."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,no-other-time-asked}')
        AND dated_confirmation.booking > dated_confirmation.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,no-other-time-asked}') AND dated_confirmation.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,no-other-time-asked}') AND dated_confirmation.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,no-other-time-asked}') AND dated_confirmation.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,no-other-time-asked}') AND NOT dated_confirmation.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,no-other-time-asked}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_confirmation.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,no-other-time-asked}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_10
            FROM appointments
            WHERE appointments.id = dated_confirmation.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,no-other-time-asked}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11.booking AS due_at,
        anon_11.booking + '2 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.booking BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_confirmation
      WHERE dated_confirmation.due_at IS NOT NULL
      AND dated_confirmation.due_at < dated_confirmation.valid_until
      AND dated_confirmation.due_at <= :param
      AND dated_confirmation.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_confirmation
    WHERE true
    UNION ALL
    SELECT 'parts-check' AS step,
    judged_parts_check.subject_id AS subject_id,
    judged_parts_check.anchor_at AS anchor_at,
    judged_parts_check.store_id AS store_id,
    judged_parts_check.customer_id AS customer_id,
    CASE
    WHEN (judged_parts_check.language = 'en') THEN :param
    WHEN (judged_parts_check.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_parts_check.due_at AS due_at,
    judged_parts_check.valid_until AS valid_until,
    judged_parts_check.due_at AS not_before,
    judged_parts_check.valid_until <= :param AS passed,
    judged_parts_check.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_parts_check.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_parts_check.starts_at,
      'status',
      judged_parts_check.status,
      'booked_at',
      judged_parts_check.booking,
      'parts',
      judged_parts_check.parts_state
    ) END AS figures,
    judged_parts_check.reason AS reason,
    judged_parts_check.reason IS NULL AS wanted
    FROM (
      SELECT dated_parts_check.subject_id AS subject_id,
      dated_parts_check.store_id AS store_id,
      dated_parts_check.customer_id AS customer_id,
      dated_parts_check.time_zone AS time_zone,
      dated_parts_check.language AS language,
      dated_parts_check.today AS today,
      dated_parts_check.anchor_at AS anchor_at,
      dated_parts_check.starts_at AS starts_at,
      dated_parts_check.booking AS booking,
      dated_parts_check.request AS request,
      dated_parts_check."other-time-asked" AS "other-time-asked",
      dated_parts_check.cancelled AS cancelled,
      dated_parts_check.arrived AS arrived,
      dated_parts_check.unbooked AS unbooked,
      dated_parts_check.status AS status,
      dated_parts_check.parts_state AS parts_state,
      dated_parts_check.due_at AS due_at,
      dated_parts_check.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-unknown}')
          OR 'not-arrived' = ANY ('{still-booked,parts-unknown}')
          OR 'request-unanswered' = ANY ('{still-booked,parts-unknown}')
        )
        AND dated_parts_check.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-unknown}') OR 'not-arrived' = ANY ('{still-booked,parts-unknown}')
        )
        AND dated_parts_check.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-unknown}') OR 'not-arrived' = ANY ('{still-booked,parts-unknown}')
        )
        AND dated_parts_check.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,parts-unknown}') AND dated_parts_check.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,parts-unknown}') AND dated_parts_check.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,parts-unknown}')
        AND dated_parts_check."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,parts-unknown}')
        AND dated_parts_check.booking > dated_parts_check.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,parts-unknown}') AND dated_parts_check.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,parts-unknown}') AND dated_parts_check.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,parts-unknown}') AND dated_parts_check.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,parts-unknown}') AND NOT dated_parts_check.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,parts-unknown}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_parts_check.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,parts-unknown}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_12
            FROM appointments
            WHERE appointments.id = dated_parts_check.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,parts-unknown}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '09:00:00'
        ) AS due_at,
        anon_11.anchor_at AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_parts_check
      WHERE dated_parts_check.due_at IS NOT NULL
      AND dated_parts_check.valid_until > dated_parts_check.due_at
      AND dated_parts_check.due_at <= :param
      AND dated_parts_check.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_parts_check
    WHERE true
    UNION ALL
    SELECT 'parts-call' AS step,
    judged_parts_call.subject_id AS subject_id,
    judged_parts_call.anchor_at AS anchor_at,
    judged_parts_call.store_id AS store_id,
    judged_parts_call.customer_id AS customer_id,
    CASE
    WHEN (judged_parts_call.language = 'en') THEN :param
    WHEN (judged_parts_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_parts_call.due_at AS due_at,
    judged_parts_call.valid_until AS valid_until,
    judged_parts_call.due_at AS not_before,
    judged_parts_call.valid_until <= :param AS passed,
    judged_parts_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_parts_call.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_parts_call.starts_at,
      'status',
      judged_parts_call.status,
      'booked_at',
      judged_parts_call.booking,
      'parts',
      judged_parts_call.parts_state
    ) END AS figures,
    judged_parts_call.reason AS reason,
    judged_parts_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_parts_call.subject_id AS subject_id,
      dated_parts_call.store_id AS store_id,
      dated_parts_call.customer_id AS customer_id,
      dated_parts_call.time_zone AS time_zone,
      dated_parts_call.language AS language,
      dated_parts_call.today AS today,
      dated_parts_call.anchor_at AS anchor_at,
      dated_parts_call.starts_at AS starts_at,
      dated_parts_call.booking AS booking,
      dated_parts_call.request AS request,
      dated_parts_call."other-time-asked" AS "other-time-asked",
      dated_parts_call.cancelled AS cancelled,
      dated_parts_call.arrived AS arrived,
      dated_parts_call.unbooked AS unbooked,
      dated_parts_call.status AS status,
      dated_parts_call.parts_state AS parts_state,
      dated_parts_call.due_at AS due_at,
      dated_parts_call.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}')
          OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
          OR 'request-unanswered' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_call.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}') OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_call.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}') OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_call.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,parts-missing}') AND dated_parts_call.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,parts-missing}') AND dated_parts_call.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,parts-missing}') AND dated_parts_call."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,parts-missing}')
        AND dated_parts_call.booking > dated_parts_call.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,parts-missing}') AND dated_parts_call.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,parts-missing}') AND dated_parts_call.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,parts-missing}') AND dated_parts_call.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,parts-missing}') AND NOT dated_parts_call.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,parts-missing}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_parts_call.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,parts-missing}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_13
            FROM appointments
            WHERE appointments.id = dated_parts_call.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '09:00:00'
        ) AS due_at,
        anon_11.anchor_at AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_parts_call
      WHERE dated_parts_call.due_at IS NOT NULL
      AND dated_parts_call.valid_until > dated_parts_call.due_at
      AND dated_parts_call.due_at <= :param
      AND dated_parts_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_parts_call
    WHERE true
    UNION ALL
    SELECT 'parts-order' AS step,
    judged_parts_order.subject_id AS subject_id,
    judged_parts_order.anchor_at AS anchor_at,
    judged_parts_order.store_id AS store_id,
    judged_parts_order.customer_id AS customer_id,
    CASE
    WHEN (judged_parts_order.language = 'en') THEN :param
    WHEN (judged_parts_order.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_parts_order.due_at AS due_at,
    judged_parts_order.valid_until AS valid_until,
    judged_parts_order.due_at AS not_before,
    judged_parts_order.valid_until <= :param AS passed,
    judged_parts_order.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_parts_order.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_parts_order.starts_at,
      'status',
      judged_parts_order.status,
      'booked_at',
      judged_parts_order.booking,
      'parts',
      judged_parts_order.parts_state
    ) END AS figures,
    judged_parts_order.reason AS reason,
    judged_parts_order.reason IS NULL AS wanted
    FROM (
      SELECT dated_parts_order.subject_id AS subject_id,
      dated_parts_order.store_id AS store_id,
      dated_parts_order.customer_id AS customer_id,
      dated_parts_order.time_zone AS time_zone,
      dated_parts_order.language AS language,
      dated_parts_order.today AS today,
      dated_parts_order.anchor_at AS anchor_at,
      dated_parts_order.starts_at AS starts_at,
      dated_parts_order.booking AS booking,
      dated_parts_order.request AS request,
      dated_parts_order."other-time-asked" AS "other-time-asked",
      dated_parts_order.cancelled AS cancelled,
      dated_parts_order.arrived AS arrived,
      dated_parts_order.unbooked AS unbooked,
      dated_parts_order.status AS status,
      dated_parts_order.parts_state AS parts_state,
      dated_parts_order.due_at AS due_at,
      dated_parts_order.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}')
          OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
          OR 'request-unanswered' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_order.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}') OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_order.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-missing}') OR 'not-arrived' = ANY ('{still-booked,parts-missing}')
        )
        AND dated_parts_order.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,parts-missing}') AND dated_parts_order.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,parts-missing}') AND dated_parts_order.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,parts-missing}')
        AND dated_parts_order."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,parts-missing}')
        AND dated_parts_order.booking > dated_parts_order.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,parts-missing}') AND dated_parts_order.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,parts-missing}') AND dated_parts_order.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,parts-missing}') AND dated_parts_order.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,parts-missing}') AND NOT dated_parts_order.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,parts-missing}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_parts_order.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,parts-missing}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_14
            FROM appointments
            WHERE appointments.id = dated_parts_order.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,parts-missing}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '09:00:00'
        ) AS due_at,
        anon_11.anchor_at AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_parts_order
      WHERE dated_parts_order.due_at IS NOT NULL
      AND dated_parts_order.valid_until > dated_parts_order.due_at
      AND dated_parts_order.due_at <= :param
      AND dated_parts_order.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_parts_order
    WHERE true
    UNION ALL
    SELECT 'parts-late-call' AS step,
    judged_parts_late_call.subject_id AS subject_id,
    judged_parts_late_call.anchor_at AS anchor_at,
    judged_parts_late_call.store_id AS store_id,
    judged_parts_late_call.customer_id AS customer_id,
    CASE
    WHEN (judged_parts_late_call.language = 'en') THEN :param
    WHEN (judged_parts_late_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_parts_late_call.due_at AS due_at,
    judged_parts_late_call.valid_until AS valid_until,
    judged_parts_late_call.due_at AS not_before,
    judged_parts_late_call.valid_until <= :param AS passed,
    judged_parts_late_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_parts_late_call.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_parts_late_call.starts_at,
      'status',
      judged_parts_late_call.status,
      'booked_at',
      judged_parts_late_call.booking,
      'parts',
      judged_parts_late_call.parts_state
    ) END AS figures,
    judged_parts_late_call.reason AS reason,
    judged_parts_late_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_parts_late_call.subject_id AS subject_id,
      dated_parts_late_call.store_id AS store_id,
      dated_parts_late_call.customer_id AS customer_id,
      dated_parts_late_call.time_zone AS time_zone,
      dated_parts_late_call.language AS language,
      dated_parts_late_call.today AS today,
      dated_parts_late_call.anchor_at AS anchor_at,
      dated_parts_late_call.starts_at AS starts_at,
      dated_parts_late_call.booking AS booking,
      dated_parts_late_call.request AS request,
      dated_parts_late_call."other-time-asked" AS "other-time-asked",
      dated_parts_late_call.cancelled AS cancelled,
      dated_parts_late_call.arrived AS arrived,
      dated_parts_late_call.unbooked AS unbooked,
      dated_parts_late_call.status AS status,
      dated_parts_late_call.parts_state AS parts_state,
      dated_parts_late_call.due_at AS due_at,
      dated_parts_late_call.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-on-order}')
          OR 'not-arrived' = ANY ('{still-booked,parts-on-order}')
          OR 'request-unanswered' = ANY ('{still-booked,parts-on-order}')
        )
        AND dated_parts_late_call.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-on-order}')
          OR 'not-arrived' = ANY ('{still-booked,parts-on-order}')
        )
        AND dated_parts_late_call.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,parts-on-order}')
          OR 'not-arrived' = ANY ('{still-booked,parts-on-order}')
        )
        AND dated_parts_late_call.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,parts-on-order}') AND dated_parts_late_call.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,parts-on-order}') AND dated_parts_late_call.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,parts-on-order}')
        AND dated_parts_late_call."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,parts-on-order}')
        AND dated_parts_late_call.booking > dated_parts_late_call.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,parts-on-order}') AND dated_parts_late_call.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,parts-on-order}') AND dated_parts_late_call.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,parts-on-order}') AND dated_parts_late_call.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,parts-on-order}') AND NOT dated_parts_late_call.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,parts-on-order}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_parts_late_call.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,parts-on-order}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_15
            FROM appointments
            WHERE appointments.id = dated_parts_late_call.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,parts-on-order}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '09:00:00'
        ) AS due_at,
        anon_11.anchor_at AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_parts_late_call
      WHERE dated_parts_late_call.due_at IS NOT NULL
      AND dated_parts_late_call.valid_until > dated_parts_late_call.due_at
      AND dated_parts_late_call.due_at <= :param
      AND dated_parts_late_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_parts_late_call
    WHERE true
    UNION ALL
    SELECT 'day-before' AS step,
    judged_day_before.subject_id AS subject_id,
    judged_day_before.anchor_at AS anchor_at,
    judged_day_before.store_id AS store_id,
    judged_day_before.customer_id AS customer_id,
    CASE
    WHEN (judged_day_before.language = 'en') THEN :param
    WHEN (judged_day_before.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_day_before.due_at AS due_at,
    judged_day_before.valid_until AS valid_until,
    judged_day_before.due_at AS not_before,
    judged_day_before.valid_until <= :param AS passed,
    judged_day_before.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_day_before.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_day_before.starts_at,
      'status',
      judged_day_before.status,
      'booked_at',
      judged_day_before.booking,
      'parts',
      judged_day_before.parts_state
    ) END AS figures,
    judged_day_before.reason AS reason,
    judged_day_before.reason IS NULL AS wanted
    FROM (
      SELECT dated_day_before.subject_id AS subject_id,
      dated_day_before.store_id AS store_id,
      dated_day_before.customer_id AS customer_id,
      dated_day_before.time_zone AS time_zone,
      dated_day_before.language AS language,
      dated_day_before.today AS today,
      dated_day_before.anchor_at AS anchor_at,
      dated_day_before.starts_at AS starts_at,
      dated_day_before.booking AS booking,
      dated_day_before.request AS request,
      dated_day_before."other-time-asked" AS "other-time-asked",
      dated_day_before.cancelled AS cancelled,
      dated_day_before.arrived AS arrived,
      dated_day_before.unbooked AS unbooked,
      dated_day_before.status AS status,
      dated_day_before.parts_state AS parts_state,
      dated_day_before.due_at AS due_at,
      dated_day_before.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'request-unanswered' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_day_before.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_day_before.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_day_before.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.booking > dated_day_before.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_day_before.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND NOT dated_day_before.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_day_before.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,booked-before-due,no-other-time-asked}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_16
            FROM appointments
            WHERE appointments.id = dated_day_before.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        timezone(
          anon_11.time_zone, CAST(timezone(anon_11.time_zone, anon_11.anchor_at) AS DATE) + :param + '18:00:00'
        ) AS due_at,
        anon_11.anchor_at + '-1 day, 22:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_day_before
      WHERE dated_day_before.due_at IS NOT NULL
      AND dated_day_before.due_at < dated_day_before.valid_until
      AND dated_day_before.due_at <= :param
      AND dated_day_before.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_day_before
    WHERE true
    UNION ALL
    SELECT 'two-hours-before' AS step,
    judged_two_hours_before.subject_id AS subject_id,
    judged_two_hours_before.anchor_at AS anchor_at,
    judged_two_hours_before.store_id AS store_id,
    judged_two_hours_before.customer_id AS customer_id,
    CASE
    WHEN (judged_two_hours_before.language = 'en') THEN :param
    WHEN (judged_two_hours_before.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_two_hours_before.due_at AS due_at,
    judged_two_hours_before.valid_until AS valid_until,
    judged_two_hours_before.due_at AS not_before,
    judged_two_hours_before.valid_until <= :param AS passed,
    judged_two_hours_before.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_two_hours_before.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_two_hours_before.starts_at,
      'status',
      judged_two_hours_before.status,
      'booked_at',
      judged_two_hours_before.booking,
      'parts',
      judged_two_hours_before.parts_state
    ) END AS figures,
    judged_two_hours_before.reason AS reason,
    judged_two_hours_before.reason IS NULL AS wanted
    FROM (
      SELECT dated_two_hours_before.subject_id AS subject_id,
      dated_two_hours_before.store_id AS store_id,
      dated_two_hours_before.customer_id AS customer_id,
      dated_two_hours_before.time_zone AS time_zone,
      dated_two_hours_before.language AS language,
      dated_two_hours_before.today AS today,
      dated_two_hours_before.anchor_at AS anchor_at,
      dated_two_hours_before.starts_at AS starts_at,
      dated_two_hours_before.booking AS booking,
      dated_two_hours_before.request AS request,
      dated_two_hours_before."other-time-asked" AS "other-time-asked",
      dated_two_hours_before.cancelled AS cancelled,
      dated_two_hours_before.arrived AS arrived,
      dated_two_hours_before.unbooked AS unbooked,
      dated_two_hours_before.status AS status,
      dated_two_hours_before.parts_state AS parts_state,
      dated_two_hours_before.due_at AS due_at,
      dated_two_hours_before.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'request-unanswered' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_two_hours_before.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_two_hours_before.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
          OR 'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        )
        AND dated_two_hours_before.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.booking > dated_two_hours_before.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND dated_two_hours_before.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND NOT dated_two_hours_before.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_two_hours_before.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked,booked-before-due,no-other-time-asked}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_17
            FROM appointments
            WHERE appointments.id = dated_two_hours_before.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked,booked-before-due,no-other-time-asked}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11.anchor_at + '-1 day, 22:00:00' AS due_at,
        anon_11.anchor_at + '-1 day, 22:00:00' + '1:30:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_two_hours_before
      WHERE dated_two_hours_before.due_at IS NOT NULL
      AND dated_two_hours_before.due_at < dated_two_hours_before.valid_until
      AND dated_two_hours_before.due_at <= :param
      AND dated_two_hours_before.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_two_hours_before
    WHERE true
    UNION ALL
    SELECT 'no-show-message' AS step,
    judged_no_show_message.subject_id AS subject_id,
    judged_no_show_message.anchor_at AS anchor_at,
    judged_no_show_message.store_id AS store_id,
    judged_no_show_message.customer_id AS customer_id,
    CASE
    WHEN (judged_no_show_message.language = 'en') THEN :param
    WHEN (judged_no_show_message.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_no_show_message.due_at AS due_at,
    judged_no_show_message.valid_until AS valid_until,
    judged_no_show_message.due_at AS not_before,
    judged_no_show_message.valid_until <= :param AS passed,
    judged_no_show_message.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_no_show_message.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_no_show_message.starts_at,
      'status',
      judged_no_show_message.status,
      'booked_at',
      judged_no_show_message.booking,
      'parts',
      judged_no_show_message.parts_state
    ) END AS figures,
    judged_no_show_message.reason AS reason,
    judged_no_show_message.reason IS NULL AS wanted
    FROM (
      SELECT dated_no_show_message.subject_id AS subject_id,
      dated_no_show_message.store_id AS store_id,
      dated_no_show_message.customer_id AS customer_id,
      dated_no_show_message.time_zone AS time_zone,
      dated_no_show_message.language AS language,
      dated_no_show_message.today AS today,
      dated_no_show_message.anchor_at AS anchor_at,
      dated_no_show_message.starts_at AS starts_at,
      dated_no_show_message.booking AS booking,
      dated_no_show_message.request AS request,
      dated_no_show_message."other-time-asked" AS "other-time-asked",
      dated_no_show_message.cancelled AS cancelled,
      dated_no_show_message.arrived AS arrived,
      dated_no_show_message.unbooked AS unbooked,
      dated_no_show_message.status AS status,
      dated_no_show_message.parts_state AS parts_state,
      dated_no_show_message.due_at AS due_at,
      dated_no_show_message.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{not-arrived}')
          OR 'not-arrived' = ANY ('{not-arrived}')
          OR 'request-unanswered' = ANY ('{not-arrived}')
        )
        AND dated_no_show_message.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{not-arrived}') OR 'not-arrived' = ANY ('{not-arrived}')
        )
        AND dated_no_show_message.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{not-arrived}') OR 'not-arrived' = ANY ('{not-arrived}')
        )
        AND dated_no_show_message.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{not-arrived}') AND dated_no_show_message.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{not-arrived}') AND dated_no_show_message.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{not-arrived}') AND dated_no_show_message."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{not-arrived}') AND dated_no_show_message.booking > dated_no_show_message.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{not-arrived}') AND dated_no_show_message.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{not-arrived}') AND dated_no_show_message.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{not-arrived}') AND dated_no_show_message.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{not-arrived}') AND NOT dated_no_show_message.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{not-arrived}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_no_show_message.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{not-arrived}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_18
            FROM appointments
            WHERE appointments.id = dated_no_show_message.subject_id
            AND (
              'of-inspection' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11.anchor_at + '0:30:00' AS due_at,
        anon_11.anchor_at + '0:30:00' + '1 day, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_no_show_message
      WHERE dated_no_show_message.due_at IS NOT NULL
      AND dated_no_show_message.due_at < dated_no_show_message.valid_until
      AND dated_no_show_message.due_at <= :param
      AND dated_no_show_message.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_no_show_message
    WHERE true
    UNION ALL
    SELECT 'no-show-call' AS step,
    judged_no_show_call.subject_id AS subject_id,
    judged_no_show_call.anchor_at AS anchor_at,
    judged_no_show_call.store_id AS store_id,
    judged_no_show_call.customer_id AS customer_id,
    CASE
    WHEN (judged_no_show_call.language = 'en') THEN :param
    WHEN (judged_no_show_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_no_show_call.due_at AS due_at,
    judged_no_show_call.valid_until AS valid_until,
    judged_no_show_call.due_at AS not_before,
    judged_no_show_call.valid_until <= :param AS passed,
    judged_no_show_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_no_show_call.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_no_show_call.starts_at,
      'status',
      judged_no_show_call.status,
      'booked_at',
      judged_no_show_call.booking,
      'parts',
      judged_no_show_call.parts_state
    ) END AS figures,
    judged_no_show_call.reason AS reason,
    judged_no_show_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_no_show_call.subject_id AS subject_id,
      dated_no_show_call.store_id AS store_id,
      dated_no_show_call.customer_id AS customer_id,
      dated_no_show_call.time_zone AS time_zone,
      dated_no_show_call.language AS language,
      dated_no_show_call.today AS today,
      dated_no_show_call.anchor_at AS anchor_at,
      dated_no_show_call.starts_at AS starts_at,
      dated_no_show_call.booking AS booking,
      dated_no_show_call.request AS request,
      dated_no_show_call."other-time-asked" AS "other-time-asked",
      dated_no_show_call.cancelled AS cancelled,
      dated_no_show_call.arrived AS arrived,
      dated_no_show_call.unbooked AS unbooked,
      dated_no_show_call.status AS status,
      dated_no_show_call.parts_state AS parts_state,
      dated_no_show_call.due_at AS due_at,
      dated_no_show_call.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{not-arrived}')
          OR 'not-arrived' = ANY ('{not-arrived}')
          OR 'request-unanswered' = ANY ('{not-arrived}')
        )
        AND dated_no_show_call.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        ('still-booked' = ANY ('{not-arrived}') OR 'not-arrived' = ANY ('{not-arrived}')) AND dated_no_show_call.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{not-arrived}') OR 'not-arrived' = ANY ('{not-arrived}')
        )
        AND dated_no_show_call.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{not-arrived}') AND dated_no_show_call.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{not-arrived}') AND dated_no_show_call.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{not-arrived}') AND dated_no_show_call."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{not-arrived}') AND dated_no_show_call.booking > dated_no_show_call.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{not-arrived}') AND dated_no_show_call.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{not-arrived}') AND dated_no_show_call.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{not-arrived}') AND dated_no_show_call.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{not-arrived}') AND NOT dated_no_show_call.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{not-arrived}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_no_show_call.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{not-arrived}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_19
            FROM appointments
            WHERE appointments.id = dated_no_show_call.subject_id
            AND (
              'of-inspection' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{not-arrived}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11.anchor_at + '0:30:00' AS due_at,
        anon_11.anchor_at + '0:30:00' + '2 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_no_show_call
      WHERE dated_no_show_call.due_at IS NOT NULL
      AND dated_no_show_call.due_at < dated_no_show_call.valid_until
      AND dated_no_show_call.due_at <= :param
      AND dated_no_show_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_no_show_call
    WHERE true
    UNION ALL
    SELECT 'other-time-call' AS step,
    judged_other_time_call.subject_id AS subject_id,
    judged_other_time_call.anchor_at AS anchor_at,
    judged_other_time_call.store_id AS store_id,
    judged_other_time_call.customer_id AS customer_id,
    CASE
    WHEN (judged_other_time_call.language = 'en') THEN :param
    WHEN (judged_other_time_call.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_other_time_call.due_at AS due_at,
    judged_other_time_call.valid_until AS valid_until,
    judged_other_time_call.due_at AS not_before,
    judged_other_time_call.valid_until <= :param AS passed,
    judged_other_time_call.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_other_time_call.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_other_time_call.starts_at,
      'status',
      judged_other_time_call.status,
      'booked_at',
      judged_other_time_call.booking,
      'parts',
      judged_other_time_call.parts_state
    ) END AS figures,
    judged_other_time_call.reason AS reason,
    judged_other_time_call.reason IS NULL AS wanted
    FROM (
      SELECT dated_other_time_call.subject_id AS subject_id,
      dated_other_time_call.store_id AS store_id,
      dated_other_time_call.customer_id AS customer_id,
      dated_other_time_call.time_zone AS time_zone,
      dated_other_time_call.language AS language,
      dated_other_time_call.today AS today,
      dated_other_time_call.anchor_at AS anchor_at,
      dated_other_time_call.starts_at AS starts_at,
      dated_other_time_call.booking AS booking,
      dated_other_time_call.request AS request,
      dated_other_time_call."other-time-asked" AS "other-time-asked",
      dated_other_time_call.cancelled AS cancelled,
      dated_other_time_call.arrived AS arrived,
      dated_other_time_call.unbooked AS unbooked,
      dated_other_time_call.status AS status,
      dated_other_time_call.parts_state AS parts_state,
      dated_other_time_call.due_at AS due_at,
      dated_other_time_call.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{still-booked}')
          OR 'not-arrived' = ANY ('{still-booked}')
          OR 'request-unanswered' = ANY ('{still-booked}')
        )
        AND dated_other_time_call.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked}') OR 'not-arrived' = ANY ('{still-booked}')
        )
        AND dated_other_time_call.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{still-booked}') OR 'not-arrived' = ANY ('{still-booked}')
        )
        AND dated_other_time_call.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{still-booked}') AND dated_other_time_call.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{still-booked}') AND dated_other_time_call.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{still-booked}') AND dated_other_time_call."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{still-booked}') AND dated_other_time_call.booking > dated_other_time_call.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{still-booked}') AND dated_other_time_call.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{still-booked}') AND dated_other_time_call.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{still-booked}') AND dated_other_time_call.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{still-booked}') AND NOT dated_other_time_call.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{still-booked}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_other_time_call.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{still-booked}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_20
            FROM appointments
            WHERE appointments.id = dated_other_time_call.subject_id
            AND (
              'of-inspection' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{still-booked}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11."other-time-asked" AS due_at,
        anon_11."other-time-asked" + '3 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11."other-time-asked" BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_other_time_call
      WHERE dated_other_time_call.due_at IS NOT NULL
      AND dated_other_time_call.due_at < dated_other_time_call.valid_until
      AND dated_other_time_call.due_at <= :param
      AND dated_other_time_call.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_other_time_call
    WHERE true
    UNION ALL
    SELECT 'request-escalation' AS step,
    judged_request_escalation.subject_id AS subject_id,
    judged_request_escalation.anchor_at AS anchor_at,
    judged_request_escalation.store_id AS store_id,
    judged_request_escalation.customer_id AS customer_id,
    CASE
    WHEN (judged_request_escalation.language = 'en') THEN :param
    WHEN (judged_request_escalation.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_request_escalation.due_at AS due_at,
    judged_request_escalation.valid_until AS valid_until,
    judged_request_escalation.due_at AS not_before,
    judged_request_escalation.valid_until <= :param AS passed,
    judged_request_escalation.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_request_escalation.reason IS NULL) THEN jsonb_build_object(
      'starts_at',
      judged_request_escalation.starts_at,
      'status',
      judged_request_escalation.status,
      'booked_at',
      judged_request_escalation.booking,
      'parts',
      judged_request_escalation.parts_state
    ) END AS figures,
    judged_request_escalation.reason AS reason,
    judged_request_escalation.reason IS NULL AS wanted
    FROM (
      SELECT dated_request_escalation.subject_id AS subject_id,
      dated_request_escalation.store_id AS store_id,
      dated_request_escalation.customer_id AS customer_id,
      dated_request_escalation.time_zone AS time_zone,
      dated_request_escalation.language AS language,
      dated_request_escalation.today AS today,
      dated_request_escalation.anchor_at AS anchor_at,
      dated_request_escalation.starts_at AS starts_at,
      dated_request_escalation.booking AS booking,
      dated_request_escalation.request AS request,
      dated_request_escalation."other-time-asked" AS "other-time-asked",
      dated_request_escalation.cancelled AS cancelled,
      dated_request_escalation.arrived AS arrived,
      dated_request_escalation.unbooked AS unbooked,
      dated_request_escalation.status AS status,
      dated_request_escalation.parts_state AS parts_state,
      dated_request_escalation.due_at AS due_at,
      dated_request_escalation.valid_until AS valid_until,
      CASE
      WHEN FALSE THEN 'said-before-move'
      ELSE CASE
      WHEN (
        (
          'still-booked' = ANY ('{request-unanswered,contract-customer}')
          OR 'not-arrived' = ANY ('{request-unanswered,contract-customer}')
          OR 'request-unanswered' = ANY ('{request-unanswered,contract-customer}')
        )
        AND dated_request_escalation.cancelled
      ) THEN 'appointment-cancelled'
      WHEN (
        (
          'still-booked' = ANY ('{request-unanswered,contract-customer}')
          OR 'not-arrived' = ANY ('{request-unanswered,contract-customer}')
        )
        AND dated_request_escalation.arrived
      ) THEN 'customer-arrived'
      WHEN (
        (
          'still-booked' = ANY ('{request-unanswered,contract-customer}')
          OR 'not-arrived' = ANY ('{request-unanswered,contract-customer}')
        )
        AND dated_request_escalation.unbooked
      ) THEN 'appointment-not-booked'
      WHEN (
        'not-arrived' = ANY ('{request-unanswered,contract-customer}') AND dated_request_escalation.starts_at > :param
      ) THEN 'appointment-not-begun'
      WHEN (
        'still-booked' = ANY ('{request-unanswered,contract-customer}') AND dated_request_escalation.starts_at <= :param
      ) THEN 'appointment-begun'
      WHEN (
        'no-other-time-asked' = ANY ('{request-unanswered,contract-customer}')
        AND dated_request_escalation."other-time-asked" IS NOT NULL
      ) THEN 'other-time-asked'
      WHEN (
        'booked-before-due' = ANY ('{request-unanswered,contract-customer}')
        AND dated_request_escalation.booking > dated_request_escalation.due_at
      ) THEN 'booked-after-due'
      WHEN (
        'parts-missing' = ANY ('{request-unanswered,contract-customer}')
        AND dated_request_escalation.parts_state != 'missing'
      ) THEN 'no-parts-missing'
      WHEN (
        'parts-unknown' = ANY ('{request-unanswered,contract-customer}')
        AND dated_request_escalation.parts_state != 'unknown'
      ) THEN 'parts-known'
      WHEN (
        'parts-on-order' = ANY ('{request-unanswered,contract-customer}')
        AND dated_request_escalation.parts_state != 'ordered'
      ) THEN 'no-parts-on-order'
      WHEN (
        'request-unanswered' = ANY ('{request-unanswered,contract-customer}') AND NOT dated_request_escalation.unbooked
      ) THEN 'request-answered'
      WHEN (
        'contract-customer' = ANY ('{request-unanswered,contract-customer}')
        AND NOT (
          SELECT customers.has_contract FROM customers WHERE customers.id = dated_request_escalation.customer_id
        )
      ) THEN 'no-contract-customer'
      WHEN (
        (
          '{request-unanswered,contract-customer}' && '{of-inspection,of-statutory-inspection,of-maintenance,of-first-service,of-second-service,of-tyres,of-repair,of-minor-repair,of-overhaul,of-accident,of-warranty-work,of-other}'
        )
        AND NOT (
          EXISTS (
            SELECT :param AS anon_21
            FROM appointments
            WHERE appointments.id = dated_request_escalation.subject_id
            AND (
              'of-inspection' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('inspection')
              OR 'of-statutory-inspection' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('statutory-inspection')
              OR 'of-maintenance' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('maintenance', 'first-service', 'second-service', 'tyres')
              OR 'of-first-service' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('first-service')
              OR 'of-second-service' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('second-service')
              OR 'of-tyres' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('tyres')
              OR 'of-repair' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('repair', 'minor-repair', 'overhaul', 'accident', 'warranty-work')
              OR 'of-minor-repair' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('minor-repair')
              OR 'of-overhaul' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('overhaul')
              OR 'of-accident' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('accident')
              OR 'of-warranty-work' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('warranty-work')
              OR 'of-other' = ANY ('{request-unanswered,contract-customer}')
              AND appointments.work_kind IN ('other')
            )
          )
        )
      ) THEN 'other-work' END END AS reason
      FROM (
        SELECT anon_11.subject_id AS subject_id,
        anon_11.store_id AS store_id,
        anon_11.customer_id AS customer_id,
        anon_11.time_zone AS time_zone,
        anon_11.language AS language,
        anon_11.today AS today,
        anon_11.anchor_at AS anchor_at,
        anon_11.starts_at AS starts_at,
        anon_11.booking AS booking,
        anon_11.request AS request,
        anon_11."other-time-asked" AS "other-time-asked",
        anon_11.cancelled AS cancelled,
        anon_11.arrived AS arrived,
        anon_11.unbooked AS unbooked,
        anon_11.status AS status,
        anon_11.parts_state AS parts_state,
        anon_11.request + '0:30:00' AS due_at,
        anon_11.request + '0:30:00' + '2 days, 0:00:00' AS valid_until
        FROM anon_11
        WHERE coalesce(anon_11.request BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_request_escalation
      WHERE dated_request_escalation.due_at IS NOT NULL
      AND dated_request_escalation.due_at < dated_request_escalation.valid_until
      AND dated_request_escalation.due_at <= :param
      AND dated_request_escalation.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_request_escalation
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
    SELECT 'appointment-reminders' AS process,
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
    SELECT 'appointment-reminders' AS process,
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
